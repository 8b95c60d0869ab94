import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { testedJitsi, testedKind } from "../../e2e/kind";
import { standInCases } from "../../e2e/standInCases";

const root = join(__dirname, "../../..");
const jestProgram = join(root, "node_modules/jest/bin/jest.js");
const files = Object.keys(standInCases);

interface Report {
  readonly numTotalTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

describe("cases that hold for stand-ins only", () => {
  /** Runs no test: no title has this pattern. A title that is listed and does not exist is an error. */
  const run = (
    kind: string,
    chosen = files,
  ): { readonly report: Report; readonly lines: readonly string[] } => {
    const none = ["--testNamePattern", "no test is called so", "--json"];
    const paths = chosen.map((file) => `test/e2e/${file}`);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [jestProgram, "--runInBand", ...none, ...paths],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, JITSI_HETZNER_JITSI: kind },
      },
    );
    const lines = stderr.split("\n").filter((line) => /skipped|SKIPPED/.test(line));
    return {
      report: JSON.parse(stdout) as Report,
      lines: lines.filter((l) => !l.startsWith("Test")),
    };
  };

  it("exist, and each is printed with the reason and counted for other packages", () => {
    const { report, lines } = run("upstream");
    expect(report.numRuntimeErrorTestSuites).toBe(0);
    for (const [file, cases] of Object.entries(standInCases)) {
      for (const [title, reason] of Object.entries(cases)) {
        expect(lines).toContain(`SKIPPED with upstream, because ${reason}: ${title}`);
      }
      const count = Object.keys(cases).length.toString();
      expect(lines).toContainEqual(
        expect.stringMatching(`^${file}: ${count} of \\d+ skipped with upstream$`),
      );
    }
  }, 60_000);

  it("run with the stand-ins", () => {
    expect(run("stand-in", ["turn.test.ts"]).lines).toEqual([]);
  }, 60_000);
});

describe("the kind of Jitsi's packages in tests", () => {
  it("is stand-in by default", () => {
    expect(testedKind({})).toBe("stand-in");
    expect(testedJitsi({}).kind).toBe("stand-in");
  });

  it("is never auto", () => {
    expect(() => testedKind({ JITSI_HETZNER_JITSI: "auto" })).toThrow(
      "JITSI_HETZNER_JITSI is auto, but tests need a kind that does not depend on the network",
    );
  });
});
