import { demoConfig } from "../../sandbox/commands/demo";
import { changeSettings } from "../../sandbox/commands/settings";
import { must, TestCluster, type Outcome } from "../e2e/harness";
import { interruptUp, repairState } from "../e2e/interruption";
import { untilClusterIs } from "../e2e/wholeCluster";

/**
 * Interrupts `pulumi up` at twenty moments of 2 to 4 bridges and back, by SIGINT and by SIGKILL, and goes on each
 * time as an operator would: `npm run doctor` after a kill, then `pulumi up`, to the new number or back to the
 * old one. Ends with code 1 when a cluster is not as declared afterwards. Takes half an hour; `make soak`.
 */

/** The first argument says how many of the twenty. */
const moments = 20;
const rounds = Number(process.argv[2] ?? moments);
const few = 2;
const many = 4;

interface Round {
  readonly from: number;
  readonly to: number;
  readonly signal: "SIGINT" | "SIGKILL";
  /** Part of the time that an undisturbed run takes. */
  readonly moment: number;
  /** Whether the operator has another mind afterwards. */
  readonly back: boolean;
}

async function main(): Promise<void> {
  const cluster = await TestCluster.start("soak");
  try {
    await cluster.configure({ ...demoConfig, drainTimeout: "20s", jvbCount: few.toString() });
    await cluster.mustUp();
    await untilClusterIs(cluster, few);
    // As slow as the real API: calls and creates are in flight when the signal comes.
    await changeSettings(cluster.sandbox, { latency: "hetzner" });
    const seconds = await undisturbed(cluster);
    const failures = await interruptAll(cluster, seconds);
    console.log(`${(rounds - failures).toString()} of ${rounds.toString()} interruptions healed`);
    process.exitCode = failures === 0 ? 0 : 1;
  } finally {
    await cluster.remove();
  }
}

/** How long it takes, up and down, when nobody interrupts. */
async function undisturbed(cluster: TestCluster): Promise<{ up: number; down: number }> {
  await cluster.configure({ jvbCount: many.toString() });
  const up = (await cluster.mustUp()).seconds;
  await cluster.configure({ jvbCount: few.toString() });
  const down = (await cluster.mustUp()).seconds;
  console.log(`undisturbed: up ${up.toFixed(0)} s, down ${down.toFixed(0)} s`);
  return { up, down };
}

async function interruptAll(
  cluster: TestCluster,
  seconds: { up: number; down: number },
): Promise<number> {
  let count = few;
  let failures = 0;
  for (let number = 0; number < rounds; number++) {
    const to = count === few ? many : few;
    const round: Round = {
      from: count,
      to,
      signal: number % 2 === 0 ? "SIGINT" : "SIGKILL",
      // Moments that lie apart, whatever the order of the directions.
      moment: ((number * 7) % moments) / moments + 0.02,
      back: number % 3 === 2,
    };
    const after = (to > count ? seconds.up : seconds.down) * round.moment;
    count = round.back ? count : to;
    try {
      console.log(`${(number + 1).toString()}: ${await interruptOnce(cluster, round, after)}`);
    } catch (error) {
      failures++;
      console.log(`${(number + 1).toString()}: FAILED ${describe(round)}: ${String(error)}`);
    }
  }
  return failures;
}

const describe = ({ from, to, signal }: Round): string =>
  `${from.toString()} -> ${to.toString()}, ${signal}`;

/** @returns what happened, in a line. @throws when the cluster does not come to the declared state */
async function interruptOnce(cluster: TestCluster, round: Round, after: number): Promise<string> {
  await cluster.configure({ jvbCount: round.to.toString() });
  const lastLine = await interruptUp(cluster, round.signal, after);
  const wanted = round.back ? round.from : round.to;
  await cluster.configure({ jvbCount: wanted.toString() });
  const steps = await goOn(cluster, round.signal);
  await untilClusterIs(cluster, wanted);
  return [
    `${describe(round)} after ${after.toFixed(1)} s (${lastLine})`,
    steps,
    `${wanted.toString()} bridges, nothing left over`,
  ].join("; ");
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
