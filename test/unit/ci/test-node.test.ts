import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runText, workflow, type Ran } from "./workflows";

describe("ci/test-node.sh", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "test-node-"));
    mkdirSync(join(dir, "ci"));
    copyFileSync(join(root, "ci/test-node.sh"), join(dir, "ci/test-node.sh"));
    const preview = '#!/bin/bash\necho "preview" >>"$CALLS"\n';
    writeFileSync(join(dir, "ci/preview-in-sandbox.sh"), preview, { mode: 0o755 });
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** Runs the script where every program succeeds, but for `broken`. */
  function run(args: string, broken: Readonly<Record<string, string>> = {}): Ran {
    const git = "printf 'ci/preview-in-sandbox.sh\\0'";
    const stubs = { git, npm: "", npx: "", node: "", ...broken };
    return runText(dir, `ci/test-node.sh ${args}`, stubs);
  }

  /** NODE:SDK, as they were installed. */
  function installed({ calls }: Ran): string[] {
    let node = "";
    return calls.flatMap((call) => {
      node = / node@(\S+)$/.exec(call)?.[1] ?? node;
      const sdk = / @pulumi\/pulumi@(\S+)$/.exec(call)?.[1];
      return sdk === undefined ? [] : [`${node}:${sdk}`];
    });
  }

  it("tries the versions of the workflow checks, among them the pinned SDK on the newest Node.js", () => {
    const { versions } = workflow("checks").jobs.node?.strategy?.matrix ?? {};
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const ran = run("");
    expect([ran.code, installed(ran)]).toEqual([0, versions]);
    expect(versions).toContain(`24:${dependencies["@pulumi/pulumi"] ?? ""}`);
  });

  it("runs the unit tests and the preview with the versions that it is given", () => {
    const ran = run("24:3.276.0");
    expect([ran.code, installed(ran)]).toEqual([0, ["24:3.276.0"]]);
    expect(ran.calls.slice(-2)).toEqual(["npx jest --selectProjects unit", "preview"]);
  });

  it("fails, and tries no other version, where the tests fail", () => {
    const ran = run("22:3.248.0 24:3.276.0", { npx: "exit 1" });
    expect([ran.code, installed(ran)]).toEqual([1, ["22:3.248.0"]]);
  });

  it("refuses what is not NODE:SDK, before it installs anything", () => {
    const ran = run("22:3.248.0 24-3.276.0");
    expect([ran.code, ran.calls]).toEqual([2, []]);
    expect(ran.output).toContain('"24-3.276.0" is not NODE:SDK, for example 24:3.276.0');
  });
});
