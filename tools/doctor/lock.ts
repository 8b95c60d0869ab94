import { hostname } from "node:os";
import { OperatorError } from "../../lib/errors";
import type { PulumiCli } from "../pulumiCli";

/** A run that holds the lock of the stack, or that was killed while it held the lock. */
export interface Lock {
  /** root@host (pid 123), or another text of the backend. */
  readonly holder: string;
  readonly since?: string;
  /** dead: a process of this machine that has ended. alive: it runs. unknown: it can be on another machine. */
  readonly process: "dead" | "alive" | "unknown";
}

/** No resource has this name: the engine takes the lock, finds no such resource, and changes nothing. */
const nothing = "urn:pulumi:none::none::none:none:None::none";

/**
 * Whether the stack is locked. `stack export` works without the lock, so the only way to find a lock is to try to take it,
 * with a refresh of nothing.
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
 * @param said the output of a `pulumi` that tried to take the lock
 * @returns `undefined` if the output is not about a lock
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
  if (match === null) return { holder: "an unknown user", process: "unknown" };
  const [, holder = "", machine, pid, since] = match;
  if (machine !== here) return { holder, since, process: "unknown" };
  if (isAlive(Number(pid))) return { holder, since, process: "alive" };
  return { holder, since, process: isOnThisDisk(said) ? "dead" : "unknown" };
}

/**
 * Whether the lock is a file of this machine. Several machines share a bucket, and some of them a name, such as `debian` or
 * that of a container. A process that is missing here can run on another one then.
 */
const isOnThisDisk = (said: string): boolean => /^\s*file:\/\//m.test(said);

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
