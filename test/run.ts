import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser, headlessPackage } from "../packages/sandbox/src/browser/find";
import { UserError } from "../packages/sandbox/src/cliSupport";
import { hostProblems } from "../packages/sandbox/src/hosts/preconditions";
import { suites as releases } from "../packages/sandbox/src/hosts/releases";
import {
  ensureSystemPackages,
  prepareGoldenImages,
  prepareHosts,
} from "../packages/sandbox/src/prepare";
import { projectDir } from "../packages/sandbox/src/projectDir";
import { jitsiVariable } from "../packages/sandbox/src/jitsi/choice";
import { testedKind, testsStandIns } from "./e2e/kind";
import { failedTests, type JestReport } from "./failedTests";
import { ensureToolchain } from "../packages/toolchain/src/ensure";
import { withManyHosts } from "./manyHosts";

/**
 * Runs all suites, or those named on the command line, and ends with what failed and `N passed, N failed, N skipped`.
 * A suite that needs hosts is skipped where the machine cannot run them; with CI=true that is a failure.
 */

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, a line each, to be told again at the end. Where it is missing, the number says it. */
  readonly failures?: readonly string[];
}

interface Suite {
  readonly name: string;
  readonly needs: readonly Need[];
  /** Takes one core and prints at its end, so it runs beside the suites before it. Needs nothing. */
  readonly isBeside?: boolean;
  readonly run: () => Promise<Tally>;
}

type Need = "toolchain" | "hosts" | "goldenImages";

const workDir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-test-"));
const log = (line: string): void => {
  console.log(line);
};

/** Runs a program on this terminal; its output is also handed to `watch`. */
function run(
  command: string,
  args: readonly string[],
  watch?: (text: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: projectDir,
      stdio: ["ignore", watch === undefined ? "inherit" : "pipe", "inherit"],
    });
    child.stdout?.on("data", (chunk: Buffer) => watch?.(chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve(code ?? 1);
    });
  });
}

/** A file in which a gate keeps what it found for files that have not changed since. */
const cached = (gate: string): string => join(projectDir, "node_modules/.cache", `${gate}.test`);

/** Each gate counts as one test; they run beside each other. */
async function checks(): Promise<Tally> {
  const gates: Record<string, readonly [string, ...string[]]> = {
    "the formatter has nothing to change": [
      ...(["npx", "prettier", "--log-level", "warn", "--check", "."] as const),
      ...["--cache", "--cache-strategy", "content", "--cache-location", cached("prettier")],
    ],
    "types hold": ["npx", "tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", cached("tsc")],
    "the linter has nothing to say": ["npx", "eslint", ".", "--max-warnings", "0"],
    "shellcheck has nothing to say": ["bash", "test/shellcheck.sh"],
    "actionlint and zizmor have nothing to say": ["bash", "ci/lint-workflows.sh"],
    "ruff and mypy have nothing to say": ["bash", "ci/lint-python.sh"],
  };
  const verdicts = await Promise.all(
    Object.entries(gates).map(async ([name, [command, ...args]]) => {
      const ok = (await run(command, args)) === 0;
      log(`${ok ? "ok" : "FAILED"}: ${name}`);
      return ok;
    }),
  );
  const failures = Object.keys(gates).filter((_, index) => verdicts[index] !== true);
  const failed = failures.length;
  return { passed: verdicts.length - failed, failed, skipped: 0, failures };
}

interface JestResult extends JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not even be loaded: their tests are in no other number. */
  readonly numRuntimeErrorTestSuites: number;
  readonly numTotalTests: number;
}

async function jest(project: string, ...args: string[]): Promise<Tally> {
  const report = join(workDir, `${project}.json`);
  const code = await run(
    "npx",
    ["jest", "--selectProjects", project, "--json", `--outputFile=${report}`, ...args],
    () => undefined,
  );
  const result = JSON.parse(readFileSync(report, "utf8")) as JestResult;
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    // jest may fail for a reason that is no test's (a handle left open, an obsolete snapshot in CI).
    failed: failed === 0 && (code !== 0 || result.numTotalTests === 0) ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
    failures: failedTests(result, projectDir),
  };
}

/** Files of whole clusters that run at a time. Each takes a third of a core and 1.5 GB: they mostly wait. */
const clustersAtATime = 5;

/** All tests of whole clusters, but none beside the one that looks at the whole machine. */
async function clusters(): Promise<Tally> {
  log(`Jitsi's packages: ${testedKind()} (${jitsiVariable} names another kind)`);
  await ensureBrowser();
  const wholeMachine = "e2e/sandbox\\.test";
  const alone = await jest("e2e", "--testPathPatterns", wholeMachine);
  const together = [
    `--maxWorkers=${clustersAtATime}`,
    "--testSequencer=<rootDir>/test/e2e/longestFirst.js",
    ...["--testPathIgnorePatterns", wholeMachine],
  ];
  const tally = sum([alone, await withManyHosts(() => jest("e2e", ...together))]);
  if (!testsStandIns()) {
    log(
      `${tally.skipped.toString()} tests skipped: they hold for stand-ins only, not with ${testedKind()}`,
    );
  }
  return tally;
}

/**
 * Some tests need a browser. They are skipped where there is none, but never with CI=true. Debian's Chromium without a
 * window is the smallest one: one package of 64 MB.
 */
async function ensureBrowser(): Promise<void> {
  if (process.env.CI !== "true") return;
  try {
    findBrowser(undefined, true);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await ensureSystemPackages(log, [headlessPackage]);
  }
}

/** The Go parts: command provider and language host. */
async function goTests(): Promise<Tally> {
  const tally = { passed: 0, failed: 0, skipped: 0 };
  let rest = "";
  const code = await run("packages/toolchain/goTests.sh", ["-json"], (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) countGoEvent(line, tally);
  });
  if (tally.failed === 0 && code !== 0) tally.failed = 1;
  return tally;
}

/** The Python program of the web host; each version of Python counts its tests anew. */
async function programTests(): Promise<Tally> {
  let text = "";
  const code = await run("ci/test-program.sh", [], (part) => {
    text += part;
  });
  const tally = unittestTally(text);
  if (code !== 0) process.stdout.write(text);
  return tally.failed === 0 && code !== 0 ? { ...tally, failed: 1 } : tally;
}

/** From what Python's unittest prints at the end: `Ran 7 tests in 1.2s`, then `FAILED (failures=1, errors=1, skipped=1)`. */
function unittestTally(text: string): Tally {
  const count = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((all, [, number]) => all + Number(number), 0);
  const failed = count(/^FAILED \(.*?failures=(\d+)/gm) + count(/^FAILED \(.*?errors=(\d+)/gm);
  const skipped = count(/^(?:OK|FAILED) \(.*?skipped=(\d+)/gm);
  return { passed: count(/^Ran (\d+) tests? in /gm) - failed - skipped, failed, skipped };
}

interface GoEvent {
  readonly Action: string;
  readonly Package?: string;
  readonly Test?: string;
  readonly Output?: string;
}

function countGoEvent(
  line: string,
  tally: { passed: number; failed: number; skipped: number },
): void {
  if (!line.startsWith("{")) {
    if (line !== "") log(line);
    return;
  }
  const event = JSON.parse(line) as GoEvent;
  if (event.Action === "output" && /^\s*--- FAIL|^FAIL|_test\.go:/.test(event.Output ?? "")) {
    process.stdout.write(event.Output ?? "");
  }
  if (event.Test === undefined) return;
  if (event.Action === "pass") tally.passed++;
  if (event.Action === "fail") tally.failed++;
  if (event.Action === "skip") tally.skipped++;
}

const suites: readonly Suite[] = [
  { name: "checks", needs: [], run: checks },
  { name: "unit", needs: [], run: () => jest("unit") },
  { name: "program", needs: [], isBeside: true, run: programTests },
  { name: "toolchain", needs: ["toolchain"], run: goTests },
  { name: "templates", needs: ["hosts"], run: () => jest("templates") },
  { name: "api", needs: ["toolchain"], run: () => jest("api") },
  { name: "e2e", needs: ["toolchain", "hosts", "goldenImages"], run: clusters },
];

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such suite: ${unknown.join(", ")}; there are ${suites.map((s) => s.name).join(", ")}`,
    );
  }
  const chosen = suites.filter((suite) => names.length === 0 || names.includes(suite.name));
  await ensureSystemPackages(log);
  const noHosts = hostProblems();
  const tallies: Tally[] = [];
  const made = new Set<Need>();
  const beside = new Map(
    chosen.filter(({ isBeside }) => isBeside === true).map((suite) => [suite, startBeside(suite)]),
  );
  for (const suite of chosen) {
    const begin = performance.now();
    log(`\n=== ${suite.name}`);
    const tally =
      suite.needs.includes("hosts") && noHosts.length > 0
        ? withoutHosts(suite.name, noHosts)
        : await (beside.get(suite)?.() ?? prepareFor(suite, made).then(suite.run));
    tallies.push(tally);
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    log(`=== ${suite.name}: ${summary(tally)} (${seconds} s)`);
  }
  const total = sum(tallies);
  log("");
  for (const line of total.failures ?? []) log(`FAILED: ${line}`);
  log(summary(total));
  process.exitCode = total.failed === 0 ? 0 : 1;
}

/** Starts a suite; the result waits for its end. An error is thrown there, not where nobody listens yet. */
function startBeside(suite: Suite): () => Promise<Tally> {
  const running = Promise.allSettled([suite.run()]);
  return async () => {
    const [settled] = await running;
    if (settled.status === "rejected") throw settled.reason;
    return settled.value;
  };
}

const makers: Readonly<Record<Need, () => Promise<unknown>>> = {
  toolchain: () => ensureToolchain({ log }),
  hosts: () => prepareHosts(log, releases),
  goldenImages: () => prepareGoldenImages(log),
};

async function prepareFor(suite: Suite, made: Set<Need>): Promise<void> {
  for (const need of suite.needs.filter((n) => !made.has(n))) {
    await makers[need]();
    made.add(need);
  }
}

/** Loud, because a green run without its host suites proves little. */
function withoutHosts(name: string, problems: readonly string[]): Tally {
  const inCi = process.env.CI === "true";
  log(`${inCi ? "FAILED" : "SKIPPED"}: ${name} needs hosts, and this machine cannot run them:`);
  for (const problem of problems) log(`  ${problem}`);
  return { passed: 0, failed: inCi ? 1 : 0, skipped: inCi ? 0 : 1 };
}

const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((all, { passed }) => all + passed, 0),
  failed: tallies.reduce((all, { failed }) => all + failed, 0),
  skipped: tallies.reduce((all, { skipped }) => all + skipped, 0),
  failures: tallies.flatMap(({ failures }) => failures ?? []),
});

function summary({ passed, failed, skipped }: Tally): string {
  const counts = `${passed.toString()} passed, ${failed.toString()} failed`;
  return skipped === 0 ? counts : `${counts}, ${skipped.toString()} skipped`;
}

main(process.argv.slice(2))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    log("0 passed, 1 failed");
    process.exitCode = 1;
  })
  .finally(() => {
    rmSync(workDir, { recursive: true, force: true });
  });
