import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { changeSettings } from "../../packages/sandbox/src/commands/settings";
import { must, TestCluster, type Outcome } from "../e2e/harness";
import { interruptUp, repairState } from "../e2e/interruption";
import { untilClusterIs } from "../e2e/wholeCluster";

/**
 * Interrupts `pulumi up` at twenty moments of 2 to 4 bridges and back, by SIGINT and by SIGKILL, and goes on each
 * time as an operator would: `npm run doctor` after a kill, then `pulumi up`, to the new number or back to the
 * old one. Ends with code 1 when a cluster is not as declared afterwards. Takes half an hour; `make soak`.
 *
 * The argument, a number or a range such as 6-10, chooses some of the twenty.
 */

const few = 2;
const many = 4;
/** Numbers of the rounds after which the count is set back: on the way up, and on the way down. */
const takenBack: readonly number[] = [3, 6, 9, 12, 15, 17, 18];

interface Round {
  /** From 1. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly signal: "SIGINT" | "SIGKILL";
  /** Part of the time that an undisturbed run takes. */
  readonly moment: number;
  /** Whether the count is set back afterwards. */
  readonly back: boolean;
}

/** All twenty; each begins where the one before it ends. */
function planRounds(): Round[] {
  const moments = 20;
  let count = few;
  return Array.from({ length: moments }, (_, index) => {
    const round: Round = {
      number: index + 1,
      from: count,
      to: count === few ? many : few,
      signal: index % 2 === 0 ? "SIGINT" : "SIGKILL",
      // Moments that lie apart, whatever the order of the directions.
      moment: ((index * 7) % moments) / moments + 0.02,
      back: takenBack.includes(index + 1),
    };
    count = wanted(round);
    return round;
  });
}

/** How many bridges the operator wants in the end. */
const wanted = ({ from, to, back }: Round): number => (back ? from : to);

/** @throws when the text is neither a number of a round nor a range of them */
function chooseRounds(text: string | undefined): Round[] {
  const rounds = planRounds();
  if (text === undefined) return rounds;
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const chosen = rounds.slice(Number(first) - 1, Number(last));
  if (chosen.length > 0) return chosen;
  throw new Error(
    `"${text}": a number from 1 to ${rounds.length}, or a range such as 6-10, is needed`,
  );
}

async function main(): Promise<void> {
  const rounds = chooseRounds(process.argv[2]);
  const cluster = await TestCluster.start("soak");
  try {
    const start = rounds[0]?.from ?? few;
    await cluster.configure({ ...demoConfig, drainTimeout: "20s", jvbCount: start.toString() });
    await cluster.mustUp();
    await untilClusterIs(cluster, start);
    // As slow as the real API: calls and creates are in flight when the signal comes.
    await changeSettings(cluster.sandbox, { latency: "hetzner" });
    const seconds = await undisturbed(cluster, start);
    const failures = await interruptAll(cluster, rounds, seconds);
    console.log(`${rounds.length - failures} of ${rounds.length} interruptions healed`);
    process.exitCode = failures === 0 ? 0 : 1;
  } finally {
    await cluster.remove();
  }
}

/** How long it takes, by the number of bridges that it leads to, when nobody interrupts. */
async function undisturbed(cluster: TestCluster, start: number): Promise<Map<number, number>> {
  const seconds = new Map<number, number>();
  for (const count of start === few ? [many, few] : [few, many]) {
    await cluster.configure({ jvbCount: count.toString() });
    const outcome = await cluster.mustUp();
    seconds.set(count, outcome.seconds);
    console.log(`undisturbed, to ${count} bridges: ${outcome.seconds.toFixed(0)} s`);
  }
  return seconds;
}

/** @returns how many were not healed */
async function interruptAll(
  cluster: TestCluster,
  rounds: readonly Round[],
  seconds: ReadonlyMap<number, number>,
): Promise<number> {
  let failures = 0;
  for (const round of rounds) {
    const after = (seconds.get(round.to) ?? 0) * round.moment;
    try {
      console.log(await interruptOnce(cluster, round, after));
    } catch (error) {
      failures++;
      console.log(`FAILED ${describe(round)}: ${String(error)}`);
    }
  }
  return failures;
}

const describe = ({ number, from, to, signal }: Round): string =>
  `| ${number} | ${from} -> ${to} | ${signal}`;

/** @returns what happened, a row of a table. @throws when the cluster does not come to the declared state */
async function interruptOnce(cluster: TestCluster, round: Round, after: number): Promise<string> {
  await cluster.configure({ jvbCount: round.to.toString() });
  const { inFlight, seconds } = await interruptUp(cluster, round.signal, after);
  await cluster.configure({ jvbCount: wanted(round).toString() });
  const steps = await goOn(cluster, round.signal);
  const begin = performance.now();
  const difference = await untilClusterIs(cluster, wanted(round));
  const waited = (performance.now() - begin) / 1000;
  const columns = [
    `${after.toFixed(0)} s`,
    `${seconds.toFixed(0)} s`,
    inBrief(inFlight),
    wanted(round),
    steps,
    `${waited.toFixed(0)} s${difference && `: ${difference}`}`,
  ];
  return `${describe(round)} | ${columns.join(" | ")} |`;
}

/** "deleting jitsi-jvb-2-dns-ipv4, ..." by verb and bridge: "deleting jvb-2 (5), jvb-3 (5)". */
function inBrief(inFlight: string): string {
  const counts = new Map<string, number>();
  for (const [, verb, name] of inFlight.matchAll(/(\w+ing) jitsi-(jvb-\d+|[a-z]+)/g)) {
    const key = `${verb ?? ""} ${name ?? ""}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} (${count})`).join(", ") || inFlight;
}

/** What an operator does next. @returns what was needed */
async function goOn(cluster: TestCluster, signal: NodeJS.Signals): Promise<string> {
  const steps: string[] = [];
  const doctor = async (): Promise<void> => {
    await repairState(cluster);
    steps.push("doctor");
  };
  if (signal === "SIGKILL") await doctor();
  let outcome = await cluster.up();
  steps.push(`up ${outcome.seconds.toFixed(0)} s`);
  if (outcome.code !== 0) {
    steps.push(`failed (${firstError(outcome)})`);
    await doctor();
    outcome = await cluster.up();
    steps.push(`up ${outcome.seconds.toFixed(0)} s`);
  }
  must("pulumi up after the interruption", outcome);
  return steps.join(", ");
}

const firstError = ({ text }: Outcome): string =>
  text.split("\n").find((line) => line.includes("failed on") || line.includes("error:")) ?? "";

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
