import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { must, runProgram, type TestCluster } from "./harness";

/** When the signal comes: so many seconds after the start, or as soon as `pulumi` has said this. */
export type Moment = number | RegExp;

/** A `pulumi up` that has been sent the signal and still runs: it waits for the steps that it has begun. */
export interface Waiting {
  /** What it has said so far. */
  readonly text: string;
  /** Sends the signal again, once the first one was taken: of two that wait, a process gets one. */
  readonly again: () => Promise<void>;
}

/** A `pulumi up` that was interrupted, once it has ended. */
export interface Interrupted {
  /** What had begun and not ended when the signal came. */
  readonly inFlight: string;
  /** How long it ran on after the signal. */
  readonly seconds: number;
  readonly text: string;
}

/**
 * Starts `pulumi up`, sends its engine a signal at some moment, and waits until it has ended; it may have ended before.
 * @param meanwhile what is done while it waits for the running steps
 * @throws when the moment never came
 */
export async function interruptUp(
  cluster: TestCluster,
  signal: NodeJS.Signals,
  moment: Moment,
  meanwhile?: (waiting: Waiting) => Promise<void> | void,
): Promise<Interrupted> {
  const args = ["-C", projectDir, "up", "--yes", "--skip-preview", "--stack", cluster.stack];
  const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
    env: cluster.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let ended = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  }
  const end = new Promise<void>((resolve) =>
    child.on("exit", () => {
      ended = true;
      resolve();
    }),
  );
  const isOver = (): boolean => ended;
  const begin = performance.now();
  while (!isOver() && !hasCome(moment, text, (performance.now() - begin) / 1000)) await sleep(50);
  if (typeof moment === "object" && !moment.test(text)) {
    throw new Error(`pulumi up ended before ${String(moment)}:\n${text}`);
  }
  const open = inFlight(text);
  const signalled = performance.now();
  child.kill(signal);
  try {
    const again = async (): Promise<void> => {
      while (!isOver() && !text.includes("^C received")) await sleep(50);
      child.kill(signal);
    };
    await meanwhile?.({ text, again });
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  await end;
  return { inFlight: open, seconds: (performance.now() - signalled) / 1000, text };
}

function hasCome(moment: Moment, text: string, seconds: number): boolean {
  return typeof moment === "number" ? seconds >= moment : moment.test(text) || seconds > 300;
}

/** What was begun and not ended, by what `pulumi` has said so far. */
function inFlight(text: string): string {
  const open = new Map<string, string>();
  const lines = text.matchAll(/(jitsi-\S+) (creat|updat|delet)(ing|ed)\b/g);
  for (const [, name = "", verb = "", tense] of lines) {
    if (tense === "ing") open.set(name, `${verb}ing ${name}`);
    else open.delete(name);
  }
  return [...open.values()].join(", ") || "nothing in flight";
}

/** What an operator does after a kill. */
export async function repairState(cluster: TestCluster): Promise<void> {
  const args = ["run", "-s", "doctor", "--", "--stack", cluster.stack, "--repair", "--yes"];
  must("npm run doctor", await runProgram("npm", args, { env: cluster.env }));
}
