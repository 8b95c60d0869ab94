import { cpSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { UserError, type Log } from "../cliSupport";
import { ensureRepository } from "../standIns/repository";
import { readState, sandboxPaths } from "../state";
import { trustedAgent } from "../trust";
import { getFrom } from "../web/upstream";
import { ensureAuthority } from "../web/authority";
import {
  jitsiVariable,
  keyOption,
  keyVariable,
  upstreamAddress,
  upstreamFingerprint,
  type JitsiRequest,
} from "./choice";
import { connectionProblem, type Patience } from "./download";
import { fetchLists, keptLists, UnreachableRepository, type Lists } from "./lists";
import { memoryProblem, smallestCluster } from "./memory";
import { needsJava, UnusableRepository } from "./packageList";
import { PackageStore } from "./packageStore";
import { difference, type JitsiSource } from "./source";

/** A decision, with what the sandbox needs for it. */
export interface JitsiDecision {
  readonly source: JitsiSource;
  /** Folder with the lists of the repository that the sandbox serves; undefined for stand-ins. */
  readonly listsDir?: string;
}

export interface DecideOptions {
  readonly log: Log;
  /** Java programs that will run at least: jicofo and the bridges. Default: 2. */
  readonly javaPrograms?: number;
  /** Asks the operator a question; undefined if there is no terminal. Default: on this terminal. */
  readonly ask?: ((question: string) => Promise<boolean>) | null;
  /** Memory that is available, in bytes. Default: that of this machine. */
  readonly memory?: number;
  /** Address of Jitsi's repository. Default: the real one. For tests. */
  readonly upstream?: string;
  /** For tests. */
  readonly patience?: Patience;
  readonly listTimeoutMs?: number;
  readonly pauseMs?: number;
}

/** How long `auto` waits for an answer of the repository, in milliseconds. */
const probeTimeoutMs = 3_000;

const standInsInstead = `${jitsiVariable}=stand-in selects the stand-ins`;

/**
 * Decides where the packages of Jitsi in a sandbox come from, says it in one line, and downloads
 * those that a new host installs. A sandbox that exists keeps its decision.
 *
 * Nothing is started before this succeeds, so a sandbox never has packages of two kinds.
 *
 * @throws UserError when the sandbox has another kind, or the repository cannot be used
 */
export async function decideJitsi(
  dir: string,
  request: JitsiRequest,
  options: DecideOptions,
): Promise<JitsiDecision> {
  const known = readState(dir);
  if (known !== undefined) {
    const source = known.jitsi ?? (await standIns());
    const differs = difference(source, request);
    if (differs === undefined) return decisionOf(source, sandboxPaths(dir).jitsi);
    throw new UserError(
      `the sandbox in ${dir} was started with ${differs.has}, not with ${differs.wanted}; stop it first: npm run -s sandbox -- down`,
    );
  }
  return decideNew(request, options);
}

const decisionOf = (source: JitsiSource, listsDir: string): JitsiDecision =>
  source.kind === "stand-in" ? { source } : { source, listsDir };

async function standIns(): Promise<JitsiSource> {
  return { kind: "stand-in", fingerprint: (await ensureRepository()).fingerprint };
}

/** Copies the lists into the folder of a sandbox, where they stay as they are. */
export function keepLists(dir: string, { listsDir }: JitsiDecision): void {
  const target = sandboxPaths(dir).jitsi;
  if (listsDir === undefined || listsDir === target) return;
  rmSync(target, { recursive: true, force: true });
  cpSync(listsDir, target, { recursive: true });
}

async function decideNew(request: JitsiRequest, options: DecideOptions): Promise<JitsiDecision> {
  const { log, javaPrograms = smallestCluster, memory, upstream = upstreamAddress } = options;
  const say = (text: string): void => {
    log(`Jitsi's packages: ${text}`);
  };
  switch (request.kind) {
    case "stand-in":
      say(`stand-ins, because of ${request.from ?? "the default"}`);
      return { source: await standIns() };
    case "auto": {
      const problem = (await probe(upstream)) ?? memoryProblem(javaPrograms, memory);
      if (problem === undefined) {
        say(`Jitsi's own, because ${upstream} answers`);
        return useRepository("upstream", upstream, request, options);
      }
      const kept =
        (await keptLists(upstream)) === undefined
          ? ""
          : `; --jitsi upstream uses the copy in the cache`;
      say(`stand-ins, because ${problem}${kept}`);
      return { source: await standIns() };
    }
    case "upstream":
    case "url":
      return useRepository(request.kind, request.url ?? upstream, request, options);
    default:
      throw new Error(`unknown kind: ${String(request.kind satisfies never)}`);
  }
}

/** Why the repository does not answer; undefined if it does. Takes 3 s at most. */
async function probe(url: string): Promise<string | undefined> {
  const signal = AbortSignal.timeout(probeTimeoutMs);
  const timeout = new Promise<"late">((resolve) => {
    signal.addEventListener("abort", () => {
      resolve("late");
    });
  });
  const asked = getFrom(`${url}/stable/InRelease`, {}, { signal, agent: trustedAgent() })
    .then(({ status, body }) => {
      body.destroy();
      return status === 200 ? undefined : `it answers with the HTTP status ${status.toString()}`;
    })
    .catch(connectionProblem);
  const reason = await Promise.race([asked, timeout]);
  if (reason === undefined) return undefined;
  return `${url} does not answer (${reason === "late" ? "nothing came in 3 s" : reason})`;
}

async function useRepository(
  kind: "upstream" | "url",
  url: string,
  request: JitsiRequest,
  options: DecideOptions,
): Promise<JitsiDecision> {
  const { log, javaPrograms = smallestCluster, memory, patience, pauseMs } = options;
  await ensureAuthority();
  try {
    const lists = await currentLists(url, options);
    const { release, key } = lists;
    await requireTrust(url, lists, request, options);
    const lacking = needsJava(release) ? memoryProblem(javaPrograms, memory) : undefined;
    if (lacking !== undefined) {
      throw new UserError(
        `${lacking}. End other programs, or use a larger machine; ${standInsInstead}`,
      );
    }
    const store = new PackageStore({ url, packages: lists.packages, log, patience, pauseMs });
    for (const part of release.parts) await store.get(part.path);
    log(`Jitsi's packages: version ${release.version} of ${url}, signed by ${key.fingerprint}`);
    const source = { kind, url, fingerprint: key.fingerprint, version: release.version };
    return { source, listsDir: lists.dir };
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    const remedy =
      error instanceof UnusableRepository
        ? "Use a complete repository"
        : "Nothing was started. Run the command again to continue";
    const subject = error instanceof UnusableRepository ? `${url} cannot be used: ` : "";
    throw new UserError(`${subject}${error.message}. ${remedy}; ${standInsInstead}`, {
      cause: error,
    });
  }
}

/**
 * The lists of the repository now; those of the cache if it does not answer, or if it has older ones
 * (apt keeps newer lists, too).
 */
async function currentLists(url: string, { log, listTimeoutMs }: DecideOptions): Promise<Lists> {
  const kept = await keptLists(url);
  const instead = (reason: string, { release, date, dir }: Lists): void => {
    const from = `${release.version} of ${date?.toUTCString() ?? dir}`;
    log(`Jitsi's packages: ${url} ${reason}; using the lists in the cache, with version ${from}`);
  };
  try {
    const lists = await fetchLists(url, listTimeoutMs);
    if (kept?.date === undefined || lists.date === undefined || lists.date >= kept.date)
      return lists;
    instead(`serves lists of ${lists.date.toUTCString()}, which are older`, kept);
    return kept;
  } catch (error) {
    if (!(error instanceof UnreachableRepository)) throw error;
    if (kept === undefined)
      throw new Error(`${url} does not answer: ${error.message}`, { cause: error });
    instead(`does not answer (${error.message})`, kept);
    return kept;
  }
}

/** @throws UserError when the operator does not trust the key of the repository */
async function requireTrust(
  url: string,
  { key }: Lists,
  { key: trusted, kind }: JitsiRequest,
  { ask = terminal() }: DecideOptions,
): Promise<void> {
  const expected = trusted ?? upstreamFingerprint;
  if (key.fingerprint === expected) return;
  const shown = `${key.fingerprint} (${key.owner})`;
  const options = `${keyOption} ${key.fingerprint}, or ${keyVariable}=${key.fingerprint}`;
  if (trusted !== undefined || kind !== "url") {
    throw new UserError(
      `${url} signs with the key ${shown}, but ${expected} is expected. ` +
        `If the operator of the repository confirms the new key: ${options}`,
    );
  }
  if (ask === null) {
    throw new UserError(
      `${url} signs with the key ${shown}, which is not known. ` +
        `If the operator of the repository confirms it: ${options}`,
    );
  }
  if (!(await ask(`${url} signs with the key\n  ${shown}\nTrust it?`))) {
    throw new UserError(`the key of ${url} is not trusted; ${standInsInstead}`);
  }
}

/** Asks on this terminal; null if there is none. */
function terminal(): ((question: string) => Promise<boolean>) | null {
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.env.CI === "true") return null;
  return async (question) => {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
    } finally {
      prompt.close();
    }
  };
}
