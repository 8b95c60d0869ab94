import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What the engine writes into a lock of a file backend. */
interface Lock {
  readonly pid: number;
}

/**
 * Whether a `pulumi` that held the lock of one of a file backend's stacks is dead: it was killed, and its
 * lock stays until `pulumi cancel`. A lock whose process lives is somebody's work in progress.
 */
export function wasKilled(backend: string, stack: string): boolean {
  const locks = lockFiles(join(backend, ".pulumi", "locks"), stack);
  return locks.length > 0 && locks.every(({ pid }) => !isAlive(pid));
}

function lockFiles(folder: string, stack: string): Lock[] {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return entries
    .filter((e) => e.isFile() && e.name.endsWith(".json") && e.parentPath.endsWith(`/${stack}`))
    .map((e) => JSON.parse(readFileSync(join(e.parentPath, e.name), "utf8")) as Lock);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user answers EPERM: it lives.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
