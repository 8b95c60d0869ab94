import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { command, route, setting, step, type Followed } from "./greetings";

const root = join(__dirname, "../../..");
const lists = [setting, step, route, command];
const named = lists.map((list) => [list.heading, list] as const);

/** The paths that a list of CONTRIBUTING.md names, with these words for its capitals. */
function pathsIn({ heading, names }: Followed): string[] {
  const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const list = section.slice(section.indexOf("\n1. "));
  const spans = [...list.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
  const paths = spans.filter((text) => /^[\w.-]+(\/[\w.-]*)+$|^[\w.-]+\.(json|yaml)$/.test(text));
  const words = Object.entries(names);
  return [...new Set(paths)].map((path) =>
    words.reduce((text, [word, name]) => text.replace(word, name), path),
  );
}

describe("a list of CONTRIBUTING.md", () => {
  it.each(named)("%s: names the files that are edited or written, and no other", (_, followed) => {
    const { edits, otherCases, written } = followed;
    const generated = Object.keys(written).filter((path) => !path.endsWith(".snap"));
    const expected = [...Object.keys(edits), ...otherCases, ...generated];
    expect(pathsIn(followed).sort()).toEqual(expected.sort());
    const missing = otherCases.filter((path) => !existsSync(join(root, path)));
    expect(missing.filter((path) => !path.endsWith("/greet/"))).toEqual([]);
  });
});

describe("with all lists followed, in a copy of the repository", () => {
  let copy: string;
  const text = (path: string): string =>
    existsSync(join(copy, path)) ? readFileSync(join(copy, path), "utf8") : "";
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "contributing-"));
    const rooms = ["components", "lib", "cloud-init", "remote", "tools", "docs", "packages"];
    const files = ["package.json", "Pulumi.yaml", "jest.config.js", "tsconfig.json"];
    for (const path of [...rooms, ...files, "test/timeout.js", "test/unit", "test/templates"]) {
      const isSource = (source: string): boolean => !/\/(node_modules|dist)$/.test(source);
      cpSync(join(root, path), join(copy, path), { recursive: true, filter: isSource });
    }
    for (const modules of ["node_modules", "packages/node_modules"].filter((path) =>
      existsSync(join(root, path)),
    )) {
      symlinkSync(join(root, modules), join(copy, modules));
    }
    for (const [path, edit] of lists.flatMap(({ edits }) => Object.entries(edits))) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), edit(text(path)));
    }
    // `make reference`.
    for (const page of ["docs/generate/reference.ts", "packages/sandbox/src/reference/write.ts"]) {
      const { status, stderr } = run("--import", "tsx", page);
      if (status !== 0) throw new Error(`${page}: ${stderr}`);
    }
  }, 120_000);
  afterAll(() => {
    rmSync(copy, { recursive: true });
  });

  it("each greeting works, and the tests that hold for all of its kind pass", () => {
    // The tests of the greetings, and those that compare all settings, steps, routes and commands with something.
    const tests = [
      "greet|takes every key|fills in the defaults|are those of|is what its source says",
      "has a fixture for every file|is up to date|lists every simulated route",
      "are all those of package.json|makes the same resources in the same shape",
    ].join("|");
    const jest = join(root, "node_modules/jest/bin/jest.js");
    const paths = [
      ...[
        "docs/reference",
        "lib/config/(settings.test|keys/index|keys/cloud)",
        "remote/web/greeting",
        "tools/commands",
      ],
      ...["components/jitsiCluster.test", "remote/render", "remote/script"],
      ...["hcloud-simulator/test/api/placementGroups", "sandbox/test/unit/reference"],
    ];
    const ran = run(jest, "-u", "--verbose", "--testPathPatterns", ...paths, "-t", tests);
    expect([ran.status, ran.status === 0 ? "" : ran.stderr]).toEqual([0, ""]);
    // One of each kind.
    for (const passed of [
      "greets if it is asked to",
      "greet tells --json",
      "greeting.test.ts",
      "gives clean shell",
      "has its name",
    ]) {
      expect(ran.stderr).toContain(passed);
    }
  }, 180_000);

  it.each(named)("%s: the commands in the list wrote what they should", (_, { written }) => {
    for (const [path, expected] of Object.entries(written)) expect(text(path)).toContain(expected);
  });
});
