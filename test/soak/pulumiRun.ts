import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  stepsOf,
  type EngineEvent,
  type EngineStep,
  type TimedEvent,
} from "../../packages/sandbox/src/bench/engineSteps";
import type { Outcome, TestCluster } from "../e2e/harness";

/** How often the engine's event log is read, in milliseconds: the events themselves carry whole seconds only. */
const everyMs = 20;

export interface EngineRun {
  readonly outcome: Outcome;
  readonly steps: readonly EngineStep[];
  /** From the first step on a resource to the end: without the start of engine, plugins and program. */
  readonly secondsOfSteps: number;
}

/** Runs `pulumi` with an event log, and tells when each step began and ended. */
export async function runWithSteps(
  cluster: TestCluster,
  args: readonly string[],
): Promise<EngineRun> {
  const log = join(cluster.sandbox.identity.dir, "events.json");
  writeFileSync(log, "");
  const file = openSync(log, "r");
  const begin = performance.now();
  const events: TimedEvent[] = [];
  const chunk = Buffer.alloc(1024 * 1024);
  let text = "";
  const readOn = (): void => {
    const atMs = performance.now() - begin;
    for (let length = 1; length > 0;) {
      length = readSync(file, chunk, 0, chunk.length, null);
      text += chunk.toString("latin1", 0, length);
    }
    const lines = text.split("\n");
    // The last line may be half written.
    text = lines.pop() ?? "";
    for (const line of lines) events.push({ atMs, event: JSON.parse(line) as EngineEvent });
  };
  const timer = setInterval(readOn, everyMs);
  try {
    // Without it, the CLI has no --event-log.
    cluster.env.PULUMI_DEBUG_COMMANDS = "true";
    const outcome = await cluster.pulumi(...args, "--event-log", log);
    readOn();
    const steps = stepsOf(events);
    const first = Math.min(...steps.map(({ beginMs }) => beginMs));
    const secondsOfSteps = steps.length === 0 ? 0 : outcome.seconds - first / 1000;
    return { outcome, steps, secondsOfSteps };
  } finally {
    clearInterval(timer);
    closeSync(file);
  }
}
