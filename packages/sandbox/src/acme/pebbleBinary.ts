import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { goCommand, type Go } from "../../../toolchain/src/go";
import { run } from "../../../toolchain/src/run";
import type { Log } from "../cliSupport";

/** An ACME server that can be started. */
export interface PebbleBinary {
  readonly path: string;
  /**
   * Whether it knows certificate profiles. They came with version 2.7. Debian 12 has 2.4, Debian 13
   * has 2.6.
   */
  readonly hasProfiles: boolean;
  /** Where it comes from, for messages. */
  readonly source: string;
}

/** The Go module that pins pebble. */
const moduleDir = join(__dirname, "../../pebble");
const goPackage = "github.com/letsencrypt/pebble/v2/cmd/pebble";

/** Debian's package, and its program. */
export const debianPackage = "pebble";
const debianPath = "/usr/bin/pebble";

const buildTimeoutMs = 15 * 60_000;

/**
 * Pebble, Let's Encrypt's ACME server for tests. It is built by Go once and kept in the cache,
 * because Debian's versions have no certificate profiles. Without Go it is Debian's package.
 *
 * @param installPackage installs the Debian package; called only if Go is missing
 * @throws Error when the build or the installation fails
 */
export async function ensurePebble(
  log: Log,
  installPackage: (name: string) => Promise<void>,
): Promise<PebbleBinary> {
  const dir = cacheDir("pebble", await sourceKey());
  const built: PebbleBinary = { path: join(dir, "pebble"), hasProfiles: true, source: "Go module" };
  if (existsSync(dir)) return built;
  let go: Go;
  try {
    go = await goCommand();
  } catch (error) {
    log(`the ACME server is Debian's pebble, without certificate profiles: ${messageOf(error)}`);
    await installPackage(debianPackage);
    return { path: debianPath, hasProfiles: false, source: "Debian package" };
  }
  await mkdir(cacheDir("pebble"), { recursive: true });
  const release = await lock(dir, {
    realpath: false, // the folder does not exist before it is complete
    stale: 30_000,
    retries: { retries: buildTimeoutMs / 500, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    if (!existsSync(dir)) await build(go, dir, log);
    return built;
  } finally {
    await release();
  }
}

async function build(go: Go, dir: string, log: Log): Promise<void> {
  const started = Date.now();
  const temporary = await mkdtemp(`${dir}.new-`);
  try {
    const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
    await run(go.command, ["build", ...flags, "-o", join(temporary, "pebble"), goPackage], {
      cwd: moduleDir,
      env: go.env,
      timeout: buildTimeoutMs,
    });
    await rename(temporary, dir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  log(`ACME server: built in ${Math.round((Date.now() - started) / 1000).toString()} s`);
}

async function sourceKey(): Promise<string> {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const name of ["go.mod", "go.sum"]) hash.update(await readFile(join(moduleDir, name)));
  return hash.digest("hex").slice(0, 16);
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
