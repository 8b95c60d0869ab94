import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";

/** A build takes one to two minutes, longer with a slow mirror. */
export const buildTimeoutMs = 20 * 60_000;

export interface Build {
  /** Absolute path of what is built, in a folder of its own. It exists only when it is complete. */
  readonly result: string;
  /** Its name in messages. */
  readonly what: string;
  readonly log: (line: string) => void;
}

/**
 * Runs `build` if its result does not exist. Of several processes, one builds, and the others wait
 * for it.
 */
export async function buildOnce(
  { result, what, log }: Build,
  build: () => Promise<void>,
): Promise<void> {
  if (existsSync(result)) return;
  const folder = dirname(result);
  await mkdir(folder, { recursive: true });
  log(`${what}: waiting for its lock`);
  const release = await lock(folder, {
    stale: 30_000,
    retries: { retries: buildTimeoutMs / 1000, factor: 1, minTimeout: 1000 },
  });
  try {
    if (existsSync(result)) return;
    const started = Date.now();
    await build();
    log(`${what}: built in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    await release();
  }
}
