import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const root = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The rows of a page's table of paths, without the spaces that align it. */
function rooms(page: string): string[] {
  const [, section = ""] = /^## Repository layout\n(.*?)(?:^## |$(?![^]))/ms.exec(read(page)) ?? [];
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.replaceAll(/ +/g, " "));
}

/** The paths in the first column. */
const paths = (): string[] =>
  rooms("CONTRIBUTING.md").flatMap((row) =>
    [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
  );

/** All files of the repository. In a copy without git, all files but installed packages. */
function repositoryFiles(): string[] {
  const { status, stdout } = spawnSync("git", ["ls-files"], { cwd: root, encoding: "utf8" });
  if (status === 0) return stdout.trim().split("\n");
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => !file.split("/").includes("node_modules") && statSync(join(root, file)).isFile(),
  );
}

/** Files and folders directly below a folder, folders with a slash at the end. */
const below = (folder: string, files: readonly string[]): string[] => [
  ...new Set(
    files
      .filter((file) => file.startsWith(folder))
      .map((file) => folder + file.slice(folder.length).replace(/\/.*/, "/")),
  ),
];

describe("the table of rooms", () => {
  it("has each file and folder of the top level, and each folder of lib/ and packages/", () => {
    const files = repositoryFiles();
    const folders = [...below("lib/", files), ...below("packages/", files)].filter((path) =>
      path.endsWith("/"),
    );
    const expected = [...below("", files), ...folders, "docs/generate/", "remote/program/"];
    expect(paths().sort()).toEqual(expected.sort());
  });

  it("is the same in README.md", () => {
    expect(rooms("README.md")).toEqual(rooms("CONTRIBUTING.md"));
  });
});

describe("a test file", () => {
  /** Whether a test has the path of what it tests. `install.repository.test.ts` tests a part of install.sh. */
  function hasItsPlace(file: string): boolean {
    const [stem = ""] = basename(file).split(".");
    const workflows = file.startsWith("ci/") ? [".github", ".github/actions"] : [];
    const folders = [dirname(file), ...workflows];
    const names = ["", ".ts", ".sh", ".js", ".lua", ".cfg", ".conf"].map((end) => stem + end);
    return folders.some((folder) => names.some((name) => existsSync(join(root, folder, name))));
  }

  // With the least number of tests that the walk must find.
  it.each([
    ["test/unit", 100],
    ["test/templates", 4],
  ])("of %s has the path of what it tests", (suite, least) => {
    const files = readdirSync(join(root, suite), { recursive: true, encoding: "utf8" });
    const tests = files.filter((file) => file.endsWith(".test.ts") && !file.startsWith("docs/"));
    expect(tests.length).toBeGreaterThanOrEqual(least);
    expect(tests.filter((file) => !hasItsPlace(file))).toEqual([]);
  });
});
