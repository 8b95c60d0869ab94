import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { seconds, type Log } from "./run";

/** A process that does not renew its lock for this long has died. */
const stale = 30_000;
const retryEvery = 1_000;
const reportEvery = 30_000;

/** Longest wait for another process: twice the time of a first build on a slow machine. */
const longestWait = 90 * 60_000;

/**
 * Runs `work` while no other process does so in the same folder. Creates the folder.
 *
 * @throws Error when another process holds the lock for longer than a build can take
 */
export async function withLock<T>(folder: string, log: Log, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const release = await acquire(folder, log);
  try {
    return await work();
  } finally {
    // If the lock was lost meanwhile, there is nothing to release.
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
        `another process has been building the toolchain for ${seconds(waited)}; ` +
          `find the process that holds ${folder}.lock and end it`,
      );
    }
    if (waited >= nextReport) {
      log(`another process is building the toolchain; waiting ... ${seconds(waited)}`);
      nextReport = waited + reportEvery;
    }
    await sleep(retryEvery);
  }
}

/**
 * A machine that was suspended loses its lock. Two builds at once take longer but are safe: see
 * source.ts.
 */
function lostLock(error: Error): string {
  return `the lock on the toolchain was lost (${error.message}); continuing without it`;
}
