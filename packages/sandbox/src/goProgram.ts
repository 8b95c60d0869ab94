import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheDir } from "../../toolchain/src/cacheDir";
import { goCommand } from "../../toolchain/src/go";
import { run } from "../../toolchain/src/run";
import type { Log } from "./cliSupport";

/** A program of a Go module in this package. */
export interface GoProgram {
  /** Its name, and that of its folder in the cache. */
  readonly name: string;
  /** What it is, for messages. */
  readonly title: string;
  /** Folder of the module. */
  readonly moduleDir: string;
  /** The Go package to build. */
  readonly goPackage: string;
  /** Files of the module on which the program depends. */
  readonly files: readonly string[];
}

const buildTimeoutMs = 15 * 60_000;

/** The folder of the program in the cache. It is named by a hash of its sources. */
async function folderOf({ name, moduleDir, files }: GoProgram): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of files) hash.update(await readFile(join(moduleDir, file)));
  return cacheDir(name, hash.digest("hex").slice(0, 16));
}

/**
 * Builds the program once and keeps it in the cache. Safe to call from two processes at once.
 *
 * @returns its path
 * @throws Error when Go is missing, with the remedy, or when the build fails
 */
export async function ensureGoProgram(program: GoProgram, log: Log): Promise<string> {
  const dir = await folderOf(program);
  const path = join(dir, program.name);
  if (existsSync(dir)) return path;
  const go = await goCommand();
  await mkdir(dirname(dir), { recursive: true });
  const release = await lock(dir, {
    realpath: false, // the folder does not exist before it is complete
    stale: 30_000,
    retries: { retries: buildTimeoutMs / 500, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    if (existsSync(dir)) return path;
    const started = Date.now();
    const temporary = await mkdtemp(`${dir}.new-`);
    try {
      const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
      const output = join(temporary, program.name);
      await run(go.command, ["build", ...flags, "-o", output, program.goPackage], {
        ...{ cwd: program.moduleDir, env: go.env, timeout: buildTimeoutMs },
      });
      await rename(temporary, dir);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    log(`${program.title}: built in ${Math.round((Date.now() - started) / 1000).toString()} s`);
    return path;
  } finally {
    await release();
  }
}
