import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { seconds, type Log } from "./run";

/** A holder that does not renew its lock for this long has died. */
const stale = 30_000;
const retryEvery = 1_000;
const reportEvery = 30_000;

/** Longest wait for another process: a cold build on a slow machine, twice. */
const longestWait = 90 * 60_000;

/**
 * Does the work while no other process does it in the same folder; the folder is made.
 * @throws when another process holds the lock for longer than a build can take.
 */
export async function withLock<T>(folder: string, log: Log, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const release = await acquire(folder, log);
  try {
    return await work();
  } finally {
    // Lost meanwhile, there is nothing to release.
    await release().catch(() => undefined);
  }
}

async function acquire(folder: string, log: Log): Promise<() => Promise<void>> {
  const start = Date.now();
  let nextReport = 0;
  for (;;) {
    try {
      const onCompromised = (error: Error) => {
        log(lostLock(error));
      };
      return await lock(folder, { stale, onCompromised });
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "ELOCKED") throw error;
    }
    const waited = Date.now() - start;
    if (waited > longestWait) {
      throw new Error(
        `another process has been making the toolchain for ${seconds(waited)}; ` +
          `see who holds ${folder}.lock and end it`,
      );
    }
    if (waited >= nextReport) {
      log(`another process is making the toolchain; waiting for it ... ${seconds(waited)}`);
      nextReport = waited + reportEvery;
    }
    await sleep(retryEvery);
  }
}

/** A machine that slept loses its lock. Two at once cost time and break nothing: see source.ts. */
function lostLock(error: Error): string {
  return `the lock on the toolchain was lost (${error.message}); going on`;
}
