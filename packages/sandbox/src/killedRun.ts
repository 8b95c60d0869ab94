import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The content of a lock file of Pulumi's file backend. */
interface Lock {
  readonly pid: number;
}

/**
 * Whether the `pulumi` that holds the lock of a stack was killed. Its lock then stays until `pulumi
 * cancel`. A lock whose process still runs belongs to a run in progress.
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
    // EPERM means that the process belongs to another user, so it exists.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
