import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { parseCommandLine } from "../../packages/sandbox/src/hosts/simulated/commandLine";
import {
  hostRoles,
  oneRestart,
  recordedTimesFile,
  roleOf,
  type HostRole,
  type VerbTime,
  type VerbTimes,
} from "../../packages/sandbox/src/hosts/simulated/verbTimes";
import { must, TestCluster } from "../e2e/harness";
import type { EngineStep } from "../../packages/sandbox/src/bench/engineSteps";
import { runWithSteps } from "./pulumiRun";

/**
 * Records how long real sandbox hosts take for each verb, and writes the file that simulated hosts follow. Of several
 * runs of a verb the shortest counts, because other work on the machine only ever makes one longer. Some minutes.
 */

/** Each change of the cluster, as settings. Together they run every verb: first, again, and the drain. */
const changes: readonly Record<string, string>[] = [
  { ...demoConfig, jvbCount: "1" },
  { jvbCount: "2" },
  { bridgeHeapMb: "400" },
  { timezone: "Europe/Berlin" },
  { jvbCount: "1" },
  { jvbSecretVersion: "2" },
];
const pollMs = 50;

/** Everything that was seen, in seconds. */
class Recording {
  readonly boots: number[] = [];
  readonly installs: Record<HostRole, number[]> = { web: [], jvb: [] };
  /** Of all bridges that one run restarted, one after the other. */
  private readonly restarts: { seconds: number; bridges: number }[] = [];
  readonly verbs = new Map<string, { seconds: number[]; stdout?: string }>();
  /** When port 22 of a server answered first, by performance.now(). */
  readonly answered = new Map<string, number>();
  /** Steps that have run. */
  private readonly known = new Set<string>();

  add(step: EngineStep, begin: number, stdout: string | undefined): void {
    const command = step.commandLine === undefined ? undefined : parseCommandLine(step.commandLine);
    if (command === undefined) return;
    const { key, verb } = command;
    const isAgain = this.known.has(`${key} ${step.urn}`);
    this.known.add(`${key} ${step.urn}`);
    const host = this.answeredOf(step.urn);
    const seconds = (step.endMs - step.beginMs) / 1000;
    if (step.restarts !== undefined) {
      this.restarts.push({ seconds, bridges: step.restarts });
      return;
    }
    const sinceAnswer = host === undefined ? undefined : (begin + step.endMs - host) / 1000;
    if (verb === "host/setup" && !isAgain && sinceAnswer !== undefined) {
      this.installs[roleOf(step.urn)].push(sinceAnswer);
    }
    // The first contact begins before the host answers.
    const own = verb === "host/hostKey" && sinceAnswer !== undefined ? sinceAnswer : seconds;
    const name = isAgain ? `${key} again` : key;
    const seen = this.verbs.get(name)?.seconds ?? [];
    // Each simulated host prints its own key.
    const isPrinted = stdout !== undefined && stdout !== "" && verb !== "host/hostKey";
    this.verbs.set(name, { seconds: [...seen, own], ...(isPrinted && { stdout }) });
  }

  /** Of the host that a step of the host itself runs on: jvb-0 in `...::meet-jvb-0-setup`. */
  private answeredOf(urn: string): number | undefined {
    const host = /-(web|jvb-\d+)-[^:]*$/.exec(urn)?.[1];
    const name = [...this.answered.keys()].find((one) => host && one.includes(`-${host}-`));
    return name === undefined ? undefined : this.answered.get(name);
  }

  times(): VerbTimes {
    const own = least(this.secondsOf("host/setup again"));
    const looks = least(this.secondsOf("restart"));
    const each = this.restarts.map(({ seconds, bridges }) => (seconds - looks) / bridges);
    const all: [string, { seconds: number[]; stdout?: string }][] = [
      ...this.verbs,
      [oneRestart, { seconds: each }],
    ];
    const verbs = all
      .filter(([name]) => name !== "host/setup again")
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      bootSeconds: least(this.boots),
      installSeconds: Object.fromEntries(
        // What a host does after its packages are there, it does at each run.
        hostRoles.map((role) => [role, least(this.installs[role].map((one) => one - own))]),
      ) as Record<HostRole, number>,
      verbs: Object.fromEntries(
        verbs.map(([name, { seconds, stdout }]): [string, VerbTime] => [
          name,
          // The wait of the first one is the installation.
          { seconds: name === "host/setup" ? own : least(seconds), ...(stdout && { stdout }) },
        ]),
      ),
    };
  }

  private secondsOf(name: string): readonly number[] {
    return this.verbs.get(name)?.seconds ?? [];
  }
}

function least(values: readonly number[]): number {
  if (values.length === 0) throw new Error("a time was never seen");
  return Math.round(Math.min(...values) * 100) / 100;
}

async function main(): Promise<void> {
  const cluster = await TestCluster.start("record");
  try {
    const recording = new Recording();
    for (const change of changes) {
      await cluster.configure(change);
      await record(cluster, recording);
    }
    writeFileSync(recordedTimesFile, `${JSON.stringify(recording.times(), null, 2)}\n`);
    console.log(`written: ${recordedTimesFile}`);
    for (const [name, { seconds }] of recording.verbs) {
      console.log(`${name}: ${seconds.map((one) => one.toFixed(2)).join(", ")}`);
    }
  } finally {
    await cluster.remove();
  }
}

async function record(cluster: TestCluster, recording: Recording): Promise<void> {
  const watching = { isOver: false };
  const watch = watchBoots(cluster, recording, watching);
  const begin = performance.now();
  const run = await runWithSteps(cluster, ["up", "--yes", "--skip-preview"]).finally(
    () => (watching.isOver = true),
  );
  must("pulumi up", run.outcome);
  await watch;
  const printed = await stdoutByUrn(cluster);
  for (const step of run.steps) recording.add(step, begin, printed.get(step.urn));
}

/** Looks for new servers, and when their port 22 answers. */
async function watchBoots(
  cluster: TestCluster,
  recording: Recording,
  watching: { readonly isOver: boolean },
): Promise<void> {
  const seen = new Set<string>(recording.answered.keys());
  const waits: Promise<void>[] = [];
  while (!watching.isOver) {
    for (const { name, public_net } of await listServers(cluster.sandbox)) {
      if (seen.has(name) || !public_net.ipv4) continue;
      seen.add(name);
      const { ip } = public_net.ipv4;
      waits.push(
        (async () => {
          const begin = performance.now();
          while (!(await answers(ip))) await sleep(pollMs);
          const now = performance.now();
          recording.answered.set(name, now);
          recording.boots.push((now - begin) / 1000);
        })(),
      );
    }
    await sleep(pollMs);
  }
  await Promise.all(waits);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

async function stdoutByUrn(cluster: TestCluster): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await cluster.mustPulumi("stack", "export", "--show-secrets");
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { urn: string; outputs?: { stdout?: unknown } }[] };
  };
  return new Map(
    deployment.resources.flatMap(({ urn, outputs }) => {
      const text = plain(outputs?.stdout);
      return text === undefined ? [] : [[urn, text] as const];
    }),
  );
}

/** A secret is an object around its JSON. */
function plain(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const { plaintext } = (value ?? {}) as { plaintext?: unknown };
  return typeof plaintext === "string" ? (JSON.parse(plaintext) as string) : undefined;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
