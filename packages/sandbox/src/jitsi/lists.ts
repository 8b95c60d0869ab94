import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { run } from "../standIns/run";
import { trustedAgent } from "../trust";
import { getFrom } from "../web/upstream";
import {
  newestRelease,
  parsePackages,
  UnusableRepository,
  type JitsiRelease,
  type ListedPackage,
} from "./packageList";
import { connectionProblem } from "./download";
import { parseRelease, type ReleaseFile } from "./releaseFile";
import { keyFile, listFolder, readKey, readSignedList, type SigningKey } from "./signedList";

/** The verified lists of a repository, with its key, at one moment. */
export interface Lists {
  /** Folder with the files as the repository serves them. Hosts get them from here. */
  readonly dir: string;
  readonly key: SigningKey;
  readonly date?: Date;
  readonly packages: readonly ListedPackage[];
  readonly release: JitsiRelease;
}

/** The repository did not answer, or not completely. The message says why. */
export class UnreachableRepository extends Error {}

/** The compressed forms of the index, in the order in which they are read. */
const compressedIndexes = ["Packages.gz", "Packages.xz"] as const;
const plainIndex = "Packages";

/** A list that takes longer than this is too slow, in milliseconds. */
const listTimeoutMs = 30_000;

/** Upstream's lists have 2 MB. Anything much larger is no list. */
const maxListBytes = 64 * 1024 * 1024;

const listsFolder = (url: string): string => cacheDir("jitsi", "lists", encodeURIComponent(url));

/**
 * Downloads the lists of a repository, verifies them with the repository's own key, and keeps them in
 * the cache. Whether the key is to be trusted is for the caller to decide.
 *
 * @throws UnreachableRepository when it does not answer within 30 s for each file
 * @throws UnusableRepository when it has no list, or no complete release
 */
export async function fetchLists(url: string, timeoutMs = listTimeoutMs): Promise<Lists> {
  await mkdir(cacheDir("jitsi"), { recursive: true });
  const dir = await mkdtemp(cacheDir("jitsi", "new-"));
  try {
    await mkdir(join(dir, listFolder));
    const get = (path: string): Promise<Buffer | undefined> => fetchList(url, path, timeoutMs);
    await fetchSignedList(dir, get);
    const verified = await verify(dir);
    await fetchIndexes(dir, verified.files, get);
    const lists = await withPackages(dir, verified);
    const kept = join(listsFolder(url), await keptName(dir, verified.date));
    await keep(dir, kept);
    return { ...lists, dir: kept };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Another sandbox may have kept the same lists. */
async function keep(dir: string, kept: string): Promise<void> {
  await mkdir(dirname(kept), { recursive: true });
  try {
    await rename(dir, kept);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}

/** The newest lists of a repository in the cache; undefined if there are none. */
export async function keptLists(url: string): Promise<Lists | undefined> {
  if (!existsSync(listsFolder(url))) return undefined;
  const names = (await readdir(listsFolder(url))).filter((name) => /^\d/.test(name)).sort();
  const newest = names.at(-1);
  return newest === undefined ? undefined : readLists(join(listsFolder(url), newest));
}

/** Reads and verifies a folder with lists. */
export async function readLists(dir: string): Promise<Lists> {
  return withPackages(dir, await verify(dir));
}

interface Verified extends ReleaseFile {
  readonly key: SigningKey;
}

/** @throws UnusableRepository when the key in the folder did not sign its list */
async function verify(dir: string): Promise<Verified> {
  const key = await readKey(join(dir, keyFile));
  return { key, ...parseRelease(await readSignedList(dir, key)) };
}

async function withPackages(dir: string, { key, date }: Verified): Promise<Lists> {
  const packages = parsePackages(await readIndex(dir));
  return { dir, key, date, packages, release: newestRelease(packages) };
}

/** The name sorts by date, and differs for two lists of the same second. */
async function keptName(dir: string, date: Date | undefined): Promise<string> {
  const list = join(dir, listFolder);
  const signed = existsSync(join(list, "InRelease")) ? "InRelease" : "Release";
  const hash = createHash("sha256").update(await readFile(join(list, signed)));
  const seconds = Math.floor((date?.getTime() ?? 0) / 1000)
    .toString()
    .padStart(12, "0");
  return `${seconds}-${hash.digest("hex").slice(0, 16)}`;
}

type Get = (path: string) => Promise<Buffer | undefined>;

async function fetchSignedList(dir: string, get: Get): Promise<void> {
  const store = async (path: string): Promise<boolean> => {
    const content = await get(path);
    if (content !== undefined) await writeFile(join(dir, path), content);
    return content !== undefined;
  };
  const signed = `${listFolder}/InRelease`;
  const detached = [`${listFolder}/Release`, `${listFolder}/Release.gpg`];
  if (!(await store(signed))) {
    for (const path of detached) {
      if (!(await store(path)))
        throw new UnusableRepository(`it has no list: ${signed} is missing`);
    }
  }
  if (!(await store(keyFile))) throw new UnusableRepository(`it has no file ${keyFile}`);
}

/** Fetches the forms of the index that the signed list names, and compares their sums. */
async function fetchIndexes(dir: string, files: ReleaseFile["files"], get: Get): Promise<void> {
  const list = join(dir, listFolder);
  let found = false;
  for (const name of [...compressedIndexes, plainIndex]) {
    const sum = files.get(name);
    // The plain form is large, and apt asks for it only without the others.
    if (sum === undefined || (name === plainIndex && found)) continue;
    const content = await get(`${listFolder}/${name}`);
    if (content === undefined) continue;
    const sha256 = createHash("sha256").update(content).digest("hex");
    if (sha256 !== sum.sha256) {
      throw new UnreachableRepository(
        `${listFolder}/${name} is not the file that its signed list names; it may be changing now`,
      );
    }
    await writeFile(join(list, name), content);
    await linkByHash(list, name, sha256);
    found = true;
  }
  if (!found) throw new UnusableRepository(`it has no file ${listFolder}/${plainIndex}`);
}

/** The name by which apt asks if the list says `Acquire-By-Hash: yes`. */
async function linkByHash(list: string, name: string, sha256: string): Promise<void> {
  const path = join(list, "by-hash", "SHA256", sha256);
  await mkdir(dirname(path), { recursive: true });
  if (!existsSync(path)) await link(join(list, name), path);
}

async function readIndex(dir: string): Promise<string> {
  const path = (name: string): string => join(dir, listFolder, name);
  if (existsSync(path("Packages.gz"))) {
    return gunzipSync(await readFile(path("Packages.gz"))).toString();
  }
  if (existsSync(path("Packages.xz"))) return run("xz", ["-dc", path("Packages.xz")]);
  return readFile(path(plainIndex), "utf8");
}

/** A file of the repository; undefined if it has none of this name. */
async function fetchList(
  url: string,
  path: string,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { agent: trustedAgent(), httpsOnly: true, signal };
  const failed = (reason: string, cause?: unknown): UnreachableRepository =>
    new UnreachableRepository(`${path}: ${reason}`, { cause });
  try {
    const { status, body } = await getFrom(`${url}/${path}`, {}, options);
    if (status !== 200) {
      body.destroy();
      if (status === 404 || status === 410) return undefined;
      throw failed(`it answers with the HTTP status ${status.toString()}`);
    }
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of body as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > maxListBytes) throw new UnusableRepository(`${path} has more than 64 MB`);
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (error instanceof UnreachableRepository || error instanceof UnusableRepository) throw error;
    if (signal.aborted)
      throw failed(`no complete answer within ${(timeoutMs / 1000).toString()} s`, error);
    throw failed(connectionProblem(error), error);
  }
}
