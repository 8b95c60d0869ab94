import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { startTime } from "../hosts/processes";
import { trustedAgent } from "../trust";
import {
  connectionProblem,
  download,
  partSize,
  RefusedDownload,
  sha256Of,
  type Patience,
} from "./download";
import type { ListedPackage } from "./packageList";

export interface PackageStoreOptions {
  /** Address of the repository, without a trailing slash. */
  readonly url: string;
  /** The packages of its verified list. The store has no others. */
  readonly packages: readonly ListedPackage[];
  /** Called for each download. */
  readonly log?: (line: string) => void;
  /** Between two attempts, in milliseconds. Default: 1,000. */
  readonly pauseMs?: number;
  readonly patience?: Patience;
}

const attempts = 3;

/** Partial files of one process have different names. */
let partCount = 0;

/**
 * The packages of one repository in the project's cache. A file is named by its hash in the
 * verified list, so a complete file is right, never changes, and is shared between mirrors and
 * sandboxes. A partial file stays for the next attempt, also of another process.
 */
export class PackageStore {
  private readonly byPath: ReadonlyMap<string, ListedPackage>;
  private readonly inFlight = new Map<string, Promise<string>>();
  private readonly dir = cacheDir("jitsi", "packages");

  public constructor(private readonly options: PackageStoreOptions) {
    this.byPath = new Map(options.packages.map((one) => [one.path, one]));
  }

  /** Whether the list has this path. */
  public has(path: string): boolean {
    return this.byPath.has(path);
  }

  /** Whether the file is complete in the cache. */
  public isKept = ({ sha256 }: ListedPackage): boolean => existsSync(this.file(sha256));

  /**
   * The file of a path below the repository's address, from the cache or the repository. Requests for
   * the same file wait for one download.
   *
   * @throws Error with the package, the reason and how much is kept
   */
  public get(path: string): Promise<string> {
    const listed = this.byPath.get(path);
    if (listed === undefined) throw new Error(`${path} is not in the list of ${this.options.url}`);
    const running = this.inFlight.get(path);
    if (running !== undefined) return running;
    const fetching = this.fetch(listed).finally(() => this.inFlight.delete(path));
    this.inFlight.set(path, fetching);
    return fetching;
  }

  private async fetch(listed: ListedPackage): Promise<string> {
    const file = this.file(listed.sha256);
    if (existsSync(file)) return file;
    await mkdir(this.dir, { recursive: true });
    const part = await this.takePart(listed.sha256);
    this.options.log?.(progress(listed, partSize(part)));
    try {
      await this.complete(listed, part);
      await rename(part, file);
      return file;
    } catch (error) {
      const kept = partSize(part);
      if (kept > 0) await rename(part, this.freePart(listed.sha256));
      throw new Error(
        `${listed.name} ${listed.version} could not be downloaded from ${this.options.url}: ${connectionProblem(error)}. ` +
          `${inUnits(kept)} of ${inUnits(listed.size)} are kept`,
        { cause: error },
      );
    }
  }

  /** Downloads and checks a file. A connection that breaks is tried again from where it broke. */
  private async complete(listed: ListedPackage, part: string): Promise<void> {
    const { url, patience, pauseMs = 1_000 } = this.options;
    const agent = trustedAgent();
    const address = `${url}/${listed.path}`;
    for (let attempt = 1; ; attempt++) {
      const resumed = partSize(part) > 0;
      try {
        await download({ url: address, part, size: listed.size, agent, patience });
        if ((await sha256Of(part)) === listed.sha256) return;
        await rm(part);
        const wrong = "it sent another file than its signed list says (SHA-256)";
        // What was kept may be the wrong part.
        throw resumed ? new Error(wrong) : new RefusedDownload(wrong);
      } catch (error) {
        if (error instanceof RefusedDownload || attempt === attempts) throw error;
        await sleep(pauseMs);
      }
    }
  }

  private file(sha256: string): string {
    return join(this.dir, `${sha256}.deb`);
  }

  private freePart(sha256: string): string {
    return join(this.dir, `${sha256}.part-0`);
  }

  /**
   * A partial file for this process alone. It continues the partial file of a download that has
   * ended; the name of a partial file contains the id of its process, or 0.
   */
  private async takePart(sha256: string): Promise<string> {
    const own = join(
      this.dir,
      `${sha256}.part-${process.pid.toString()}-${(partCount++).toString()}`,
    );
    for (const name of await readdir(this.dir)) {
      const [, pid] = new RegExp(`^${sha256}\\.part-(\\d+)`).exec(name) ?? [];
      if (pid === undefined || (pid !== "0" && startTime(Number(pid)) !== undefined)) continue;
      try {
        await rename(join(this.dir, name), own);
        return own;
      } catch (error) {
        // Another process was faster.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      }
    }
    return own;
  }
}

const inUnits = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

function progress({ name, version, size }: ListedPackage, kept: number): string {
  const done = kept === 0 ? "" : `, continuing after ${inUnits(kept)}`;
  return `downloading ${name} ${version} (${inUnits(size)}${done})`;
}
