import { hostname } from "node:os";
import { OperatorError } from "../../lib/errors";
import type { PulumiCli } from "../pulumiCli";

/** A run that holds the stack, or has held it until it was killed. */
export interface Lock {
  /** root@host (pid 123), or what else the backend says. */
  readonly holder: string;
  readonly since?: string;
  /** dead: a process of this machine that is gone. alive: it runs. unknown: on another machine. */
  readonly process: "dead" | "alive" | "unknown";
}

/** Nothing has this name: the engine takes the lock, finds no such resource, and changes nothing. */
const nothing = "urn:pulumi:none::none::none:none:None::none";

/**
 * Whether the stack is locked. `stack export` works without the lock, so that a lock is only seen by trying to
 * take it: by a refresh of nothing.
 */
export async function findLock(pulumi: Pick<PulumiCli, "run">): Promise<Lock | undefined> {
  const { stdout, stderr } = await pulumi.run(
    "refresh",
    "--yes",
    "--skip-preview",
    "--target",
    nothing,
  );
  const said = stdout + stderr;
  if (said.includes("no resource named")) return undefined;
  const lock = parseLock(said);
  if (lock !== undefined) return lock;
  throw new OperatorError(`pulumi cannot work on this stack:\n${said.trim()}`);
}

/**
 * @param said the answer of a `pulumi` that wanted the lock
 * @returns `undefined` where it is not about a lock
 */
export function parseLock(
  said: string,
  here: string = hostname(),
  isAlive: (pid: number) => boolean = processIsAlive,
): Lock | undefined {
  if (/another update is currently in progress/i.test(said)) {
    return { holder: "another update", process: "unknown" };
  }
  if (!said.includes("is currently locked")) return undefined;
  const match = /created by (\S+@(\S+) \(pid (\d+)\)) at (\S+)/.exec(said);
  if (match === null) return { holder: "somebody", process: "unknown" };
  const [, holder = "", machine, pid, since] = match;
  if (machine !== here) return { holder, since, process: "unknown" };
  return { holder, since, process: isAlive(Number(pid)) ? "alive" : "dead" };
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, but somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
