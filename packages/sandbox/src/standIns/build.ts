import { chmod, cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run";
import {
  type PackageName,
  type Versions,
  buildOf,
  fillIn,
  packageVersions,
  programs,
} from "./versions";

/**
 * Folder of the sources of the stand-ins: `<package>/DEBIAN`, `<package>/rootfs`,
 * `<package>/before-BUILD`, `common`.
 */
export const sourcesDir = __dirname;

/**
 * Builds every package in every version into `outDir`.
 *
 * @throws Error if dpkg-deb refuses a tree, with its message
 */
export async function buildPackages(
  outDir: string,
  workDir: string,
  versions: Versions = packageVersions,
): Promise<void> {
  for (const name of Object.keys(versions) as PackageName[]) {
    for (let release = 0; release < versions[name].length; release++) {
      const tree = join(workDir, `${name}-${release}`);
      await stage(name, release, tree, versions);
      await run("dpkg-deb", ["--root-owner-group", "--build", tree, outDir]);
    }
  }
}

/** Creates the tree of one package for dpkg-deb. File modes do not depend on the checkout. */
async function stage(
  name: PackageName,
  release: number,
  tree: string,
  versions: Versions,
): Promise<void> {
  const source = join(sourcesDir, name);
  await mkdir(tree, { recursive: true });
  await cp(join(source, "DEBIAN"), join(tree, "DEBIAN"), { recursive: true });
  if ((await readdir(source)).includes("rootfs")) {
    await cp(join(source, "rootfs"), tree, { recursive: true });
  }
  for (const folder of await readdir(source)) {
    // Files that upstream has removed: `before-11031` is part of the releases before that build of
    // jitsi-meet.
    const [, build] = /^before-(\d+)$/.exec(folder) ?? [];
    if (build !== undefined && buildOf(release, versions) < Number(build)) {
      await cp(join(source, folder), tree, { recursive: true });
    }
  }
  const library = programs[name];
  if (library !== undefined) {
    const filter = (path: string): boolean => !path.includes("__pycache__");
    await cp(join(sourcesDir, "common"), join(tree, library), { recursive: true, filter });
  }
  await normaliseTree(tree, (text) => fillIn(text, name, release, versions));
}

/**
 * Fills in placeholders in all files of a package's tree. Sets 0755 for folders and executable
 * files, and 0644 for other files.
 */
export async function normaliseTree(dir: string, fill: (text: string) => string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      await normaliseTree(path, fill);
      continue;
    }
    const text = await readFile(path, "utf8");
    await writeFile(path, fill(text));
    await chmod(path, text.startsWith("#!") ? 0o755 : 0o644);
  }
}
