import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { lock } from "proper-lockfile";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { buildPackages, sourcesDir } from "./build";
import { run } from "./run";
import { ensureSigningKey, keyFingerprint, signRelease } from "./signingKey";
import type { Versions } from "./versions";

export interface Repository {
  readonly dir: string;
  /** Fingerprint of the signing key. */
  readonly fingerprint: string;
}

const keyFile = "jitsi-key.gpg.key";

/**
 * Builds the signed apt repository of the stand-ins into the cache, if it does not exist yet.
 *
 * Its folder is named by a hash of the sources, so changed sources create a new folder. The signing
 * key stays the same in one cache. Safe to call from two processes at once. Needs dpkg-deb,
 * apt-ftparchive (package apt-utils) and gpg.
 *
 * Layout: `jitsi-key.gpg.key` (ASCII armoured), `stable/{Packages,Packages.gz,Release,InRelease,
 * Release.gpg,*.deb}`, as under https://download.jitsi.org.
 *
 * @throws Error if a tool is missing or refuses the sources
 */
export async function ensureRepository(): Promise<Repository> {
  const cache = cacheDir("packages");
  await mkdir(cache, { recursive: true });
  // Building takes a few seconds. A lock that was not refreshed for 30 s belongs to a dead process.
  const release = await lock(cache, {
    stale: 30_000,
    retries: { retries: 120, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    const key = await ensureSigningKey(cache);
    const dir = join(cache, await repositoryHash(key));
    if (!existsSync(dir)) await makeRepository(dir, key);
    return { dir, fingerprint: await keyFingerprint(join(dir, keyFile)) };
  } finally {
    await release();
  }
}

/**
 * Hash of everything that the content of the repository depends on: path and text of every source
 * file, and the key.
 */
export async function repositoryHash(key: string, dir = sourcesDir): Promise<string> {
  const hash = createHash("sha256").update(key);
  for (const path of await sourceFiles(dir)) {
    hash.update(`\0${relative(dir, path)}\0`).update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 16);
}

/** All files below `dir` in a fixed order, without compiled Python files. */
async function sourceFiles(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("__pycache__"))
    .sort();
}

/**
 * Builds a repository of the stand-ins into a new folder, signed by a key of `ensureSigningKey`.
 *
 * @param versions of its packages. Default: those of the sandbox's own repository.
 */
export async function makeRepository(dir: string, key: string, versions?: Versions): Promise<void> {
  const temporary = await mkdtemp(`${dir}.new-`);
  try {
    const stable = join(temporary, "stable");
    const work = join(temporary, "work");
    await mkdir(stable, { recursive: true });
    await buildPackages(stable, work, versions);
    await rm(work, { recursive: true });
    await index(stable);
    await signRelease(key, stable, join(temporary, keyFile));
    await rename(temporary, dir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * Writes the index of a flat repository: its entry in sources.list ends in `stable/` and has no
 * component.
 */
async function index(stable: string): Promise<void> {
  // apt resolves `Filename` against the address in sources.list, which does not contain `stable/`.
  const packages = await run("apt-ftparchive", ["packages", "stable"], { cwd: dirname(stable) });
  await writeFile(join(stable, "Packages"), packages);
  await writeFile(join(stable, "Packages.gz"), gzipSync(packages, { level: 9 }));
  const fields = { Origin: "jitsi.org", Label: "Jitsi sandbox repository", Codename: "stable" };
  const options = Object.entries(fields).flatMap(([name, value]) => [
    "-o",
    `APT::FTPArchive::Release::${name}=${value}`,
  ]);
  await writeFile(
    join(stable, "Release"),
    await run("apt-ftparchive", [...options, "release", "."], { cwd: stable }),
  );
}
