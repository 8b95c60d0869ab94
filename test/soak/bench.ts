import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { callAdmin } from "../../packages/sandbox/src/client";
import { table } from "../../packages/sandbox/src/cliSupport";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { changeSettings } from "../../packages/sandbox/src/commands/settings";
import {
  readVerbTimes,
  withoutTimes,
  type VerbTimes,
} from "../../packages/sandbox/src/hosts/simulated/verbTimes";
import { sandboxPaths } from "../../packages/sandbox/src/state";
import { must, TestCluster } from "../e2e/harness";
import {
  chainOfRun,
  tutorialSeconds,
  type StateResource,
} from "../../packages/sandbox/src/bench/chain";
import { runWithSteps } from "./pulumiRun";
import { useDuring } from "./processes";

/**
 * Measures the program on simulated hosts: they take the times of verbTimes.json, so the rest of the time is the
 * program's, the engine's and the API's own. Prints a row for each command. Arguments choose parts:
 *
 *     2, 20, ...     as many bridges in one `up`, from nothing
 *     zero-90        the same with hosts that take no time
 *     changes-90     from nothing, then: nothing changed, a preview, another heap, two bridges less, two more, all but two less
 */

const parts = process.argv.slice(2);
const wanted = parts.length > 0 ? parts : ["2", "20", "zero-90", "changes-90"];
const timeoutMs = 3_600_000;
/** The machine keeps this much memory, in MB: the engine's grows with the square of the bridges. */
const leastFreeMb = 3000;
const head = [
  ...["WHAT", "SECONDS", "OF STEPS", "CHAIN", "RATIO", "IN TURNS", "RATIO", "ENGINE MB", "CPU S"],
  ...["PROGRAM MB", "CPU S", "STATE KB", "CALLS", "LOGINS", "LOAD"],
];

async function main(): Promise<void> {
  const rows: string[][] = [];
  const tell = (row: string[]): void => {
    rows.push(row);
    console.log(table([head, row]));
  };
  for (const part of wanted) {
    const [, kind, count] = /^(?:(zero|changes)-)?(\d+)$/.exec(part) ?? [];
    if (count === undefined)
      throw new Error(`part ${part}: allowed are N, zero-N and changes-N, with N bridges`);
    // The other parts are measured all the same.
    await onCluster(Number(count), kind, tell).catch((error: unknown) => {
      console.error(`${part}:`, error);
      process.exitCode = 1;
    });
  }
  console.log(`\n${table([head, ...rows])}`);
}

async function onCluster(
  bridges: number,
  kind: string | undefined,
  tell: (row: string[]) => void,
): Promise<void> {
  const recorded = readVerbTimes();
  const times = kind === "zero" ? withoutTimes(recorded) : recorded;
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const timesFile = join(folder, "times.json");
  writeFileSync(timesFile, JSON.stringify(times));
  const cluster = await TestCluster.start("bench", { hosts: "simulated", timesFile });
  cluster.timeoutMs = timeoutMs;
  try {
    // Several runs on one API: Hetzner's limit of 3,600 calls an hour is not what is measured.
    await changeSettings(cluster.sandbox, { latency: "hetzner", rateLimit: "off" });
    // The program's own, which fits these latencies.
    await cluster.mustPulumi("config", "rm", "hcloud:pollInterval");
    await cluster.configure({ ...demoConfig, jvbCount: bridges.toString() });
    const up = (what: string) => measure(cluster, times, what, ["up", "--yes", "--skip-preview"]);
    const change = async (what: string, settings: Record<string, string>): Promise<void> => {
      await cluster.configure(settings);
      tell(await up(what));
    };
    const first = await up(`${bridges} bridges${kind === "zero" ? ", no host time" : ""}`);
    tell(first);
    if (kind !== "zero") tellTutorial(bridges, times, Number(first[1]), Number(first[2]));
    if (kind !== "changes") return;
    tell(await up("nothing changed"));
    tell(await measure(cluster, times, "preview", ["preview"]));
    await change("another heap", { bridgeHeapMb: "400" });
    const less = (bridges - 2).toString();
    await change(`${bridges} -> ${less}`, { jvbCount: less });
    await change(`${less} -> ${bridges}`, { jvbCount: bridges.toString() });
    await change(`${bridges} -> 2`, { jvbCount: "2" });
  } finally {
    await cluster.remove();
    rmSync(folder, { recursive: true });
  }
}

/** Runs a command of `pulumi` and makes its row. */
async function measure(
  cluster: TestCluster,
  times: VerbTimes,
  what: string,
  args: readonly string[],
): Promise<string[]> {
  const before = await snapshot(cluster);
  const { result: run, use } = await useDuring(() => runWithSteps(cluster, args), leastFreeMb);
  must(`pulumi ${args.join(" ")}`, run.outcome);
  tellWarnings(run.outcome.text);
  const after = await snapshot(cluster);
  const resources = [...before.resources, ...after.resources];
  const [chain = 0, inTurns = 0] = [false, true].map((turns) =>
    args[0] === "up" ? chainOfRun(run.steps, resources, times, turns) : 0,
  );
  const [engine, program] = [use.parts.get("engine"), use.parts.get("program")];
  return [
    what,
    run.outcome.seconds.toFixed(1),
    run.secondsOfSteps.toFixed(1),
    ...[chain, inTurns].flatMap((seconds) => [
      seconds.toFixed(1),
      seconds === 0 ? "-" : (run.secondsOfSteps / seconds).toFixed(2),
    ]),
    String(engine?.mb ?? "-"),
    engine?.cpuSeconds.toFixed(1) ?? "-",
    String(program?.mb ?? "-"),
    program?.cpuSeconds.toFixed(1) ?? "-",
    after.stateKb.toFixed(0),
    (after.calls - before.calls).toString(),
    (after.logins - before.logins).toString(),
    loadavg()[0]?.toFixed(1) ?? "-",
  ];
}

/** What the program says of the memory that the engine needs. */
function tellWarnings(text: string): void {
  const line = text.split("\n").find((one) => one.includes("this `up` makes"));
  if (line !== undefined) console.log(line.trim());
}

function tellTutorial(bridges: number, times: VerbTimes, up: number, steps: number): void {
  const tutorial = tutorialSeconds(bridges, times);
  console.log(
    `the tutorial's steps for ${bridges} bridges: ${tutorial.toFixed(1)} s; up takes ${(up / tutorial).toFixed(2)} of it, its steps ${(steps / tutorial).toFixed(2)}`,
  );
}

interface Snapshot {
  readonly resources: readonly StateResource[];
  readonly stateKb: number;
  readonly calls: number;
  readonly logins: number;
}

async function snapshot(cluster: TestCluster): Promise<Snapshot> {
  const { stdout } = await cluster.mustPulumi("stack", "export");
  const { deployment } = JSON.parse(stdout) as { deployment: { resources?: StateResource[] } };
  const status = (await callAdmin(cluster.sandbox, "GET", "/status")) as {
    calls: Record<string, number>;
  };
  const log = join(sandboxPaths(cluster.sandbox.identity.dir).logs, "hosts.log");
  return {
    resources: deployment.resources ?? [],
    stateKb: stdout.length / 1024,
    calls: Object.values(status.calls).reduce((sum, count) => sum + count, 0),
    logins: readFileSync(log, "utf8").split(": login\n").length - 1,
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
