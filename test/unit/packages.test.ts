import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";

const root = join(__dirname, "../..");
const workspace = join(root, "packages");

interface Manifest {
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifest = (...path: string[]): Manifest =>
  JSON.parse(readFileSync(join(root, ...path, "package.json"), "utf8")) as Manifest;

const names = manifest("packages").workspaces ?? [];
const dependenciesOf = (name: string) => manifest("packages", name).dependencies ?? {};

/** What the sources below a folder import: npm packages by name, and other packages of the workspace. */
function importsBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const found = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return [...text.matchAll(/^(?:import|export|\}) .*from "([^"]+)";$/gm)].map(
        (m) => m[1] ?? "",
      );
    });
  const packages = found.flatMap((path) => {
    if (isBuiltin(path)) return [];
    const neighbour = /^(?:\.\.\/)+([^./][^/]*)\/src\//.exec(path)?.[1];
    if (neighbour !== undefined && names.includes(neighbour)) return [neighbour];
    return path.startsWith(".") ? [] : [/^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path];
  });
  return [...new Set(packages)].sort();
}

/** The names of the workspace's own packages, by folder. */
const packageName = (folder: string): string =>
  (manifest("packages", folder) as { name: string }).name;

/** A development tool of the top level, for a page that is generated. */
const topLevelTools = ["prettier"];

describe("the packages beside the program", () => {
  it("are the folders of packages/", () => {
    const folders = readdirSync(workspace, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[a-z-]+$/.test(entry.name))
      .map(({ name }) => name)
      .filter((name) => name !== "node_modules");
    expect(folders.sort()).toEqual([...names].sort());
  });

  it.each(names)("%s depends on what its sources import, and on nothing else", (name) => {
    const imported = importsBelow(join(workspace, name, "src")).filter(
      (path) => !topLevelTools.includes(path),
    );
    const declared = imported.map((path) => (names.includes(path) ? packageName(path) : path));
    expect(Object.keys(dependenciesOf(name)).sort()).toEqual(declared.sort());
  });

  it("have exact versions, and those of the program where it has the same package", () => {
    const top = { ...manifest().dependencies, ...manifest().devDependencies };
    for (const name of names) {
      const { dependencies, devDependencies } = manifest("packages", name);
      for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        expect([dependency, version]).toEqual([
          dependency,
          expect.stringMatching(/^\d+\.\d+\.\d+$/),
        ]);
        expect([dependency, version]).toEqual([dependency, top[dependency] ?? version]);
      }
    }
  });

  it("are not installed with the program: it has none of their dependencies but its own", () => {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Readonly<Record<string, { readonly dev?: boolean }>>;
    };
    const own = importsBelow(join(root, "lib")).concat(importsBelow(join(root, "tools")));
    const theirs = names.flatMap((name) => Object.keys(dependenciesOf(name)));
    // What the tests of the program need (`dev`) is not installed for a deployment.
    const installed = theirs.filter((name) => {
      const entry = lock.packages[`node_modules/${name}`];
      return entry !== undefined && entry.dev !== true;
    });
    expect(own).toEqual(expect.arrayContaining([...new Set(installed)]));
    expect(theirs).toEqual(expect.arrayContaining(["fastify", "lmdb", "commander", "dns-packet"]));
  });
});
