import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type UpstreamResponse, getFrom } from "./upstream";

/** A file of the cache, ready to be sent. */
export interface CachedFile {
  readonly path: string;
  readonly lastModified?: string;
  /** True when the mirror did not answer and this is an older version of the file. */
  readonly stale: boolean;
}

/** The mirror's answer when there is no file: the status to pass on. */
export interface Refused {
  readonly status: number;
}

export interface AptCacheOptions {
  /** The cache's folder. */
  dir: string;
  /** Address of the archive, without a trailing slash. */
  upstream: string;
  /**
   * How long an index is used before the mirror is asked again, in milliseconds. Default: 60,000.
   */
  freshMs?: number;
  /** Called for each file that was fetched from the mirror or served stale. */
  log?: (line: string) => void;
}

/** Metadata of a cached file. Replacing this file makes a new version of the body visible. */
interface Meta {
  readonly body: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/**
 * A caching mirror of one Debian archive. Packages, and indices that are named by their hash, never
 * change and are fetched once. Other indices are revalidated, and kept for the time when the mirror
 * does not answer. Requests for a file that is being fetched wait for that fetch.
 *
 * Several processes can use one folder, because complete files appear by renaming.
 */
export class AptCache {
  private readonly inFlight = new Map<string, Promise<CachedFile | Refused>>();
  private readonly checkedAt = new Map<string, number>();

  public constructor(private readonly options: AptCacheOptions) {}

  /**
   * The file at `path` below the archive. `path` begins with a slash and must be clean
   * (isCleanPath).
   */
  public get(path: string): Promise<CachedFile | Refused> {
    const running = this.inFlight.get(path);
    if (running !== undefined) return running;
    const fetching = this.load(path).finally(() => this.inFlight.delete(path));
    this.inFlight.set(path, fetching);
    return fetching;
  }

  private async load(path: string): Promise<CachedFile | Refused> {
    const meta = await this.readMeta(path);
    if (meta !== undefined && (isImmutable(path) || this.isFresh(path)))
      return this.file(path, meta);
    let answer: UpstreamResponse;
    try {
      answer = await getFrom(`${this.options.upstream}${path}`, conditions(meta));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (meta === undefined) throw error;
      this.options.log?.(
        `${this.options.upstream} does not answer (${reason}): ${path} from cache`,
      );
      return { ...this.file(path, meta), stale: true };
    }
    return this.handleAnswer(path, meta, answer);
  }

  /** Handles the mirror's answer. An error of the mirror (5xx) does not invalidate the cache. */
  private async handleAnswer(
    path: string,
    meta: Meta | undefined,
    answer: UpstreamResponse,
  ): Promise<CachedFile | Refused> {
    if (answer.status === 200) {
      const file = this.file(path, await this.store(path, answer));
      this.checkedAt.set(path, Date.now());
      return file;
    }
    answer.body.resume();
    if (answer.status === 304 && meta !== undefined) {
      this.checkedAt.set(path, Date.now());
      return this.file(path, meta);
    }
    if (answer.status >= 500 && meta !== undefined) {
      this.options.log?.(`${this.options.upstream} answers ${answer.status}: ${path} from cache`);
      return { ...this.file(path, meta), stale: true };
    }
    return { status: answer.status };
  }

  private async store(path: string, answer: UpstreamResponse): Promise<Meta> {
    const { etag, lastModified } = answer;
    const target = this.metaPath(path);
    // Each version has its own file name, so that readers of the old version are not disturbed.
    const body = `${createHash("sha256").update(randomUUID()).digest("hex").slice(0, 16)}.body`;
    const bodyPath = join(dirname(target), body);
    await mkdir(dirname(target), { recursive: true });
    const before = await this.readMeta(path);
    try {
      await pipeline(answer.body, createWriteStream(bodyPath));
      const meta: Meta = { body, etag, lastModified };
      await writeFile(`${bodyPath}.meta`, JSON.stringify(meta));
      await rename(`${bodyPath}.meta`, target);
      if (before !== undefined) await rm(join(dirname(target), before.body), { force: true });
      this.options.log?.(`fetched ${this.options.upstream}${path}`);
      return meta;
    } catch (error) {
      await rm(bodyPath, { force: true });
      throw error;
    }
  }

  private isFresh(path: string): boolean {
    const checked = this.checkedAt.get(path);
    return checked !== undefined && Date.now() - checked < (this.options.freshMs ?? 60_000);
  }

  private file(path: string, meta: Meta): CachedFile {
    const { body, lastModified } = meta;
    return { path: join(dirname(this.metaPath(path)), body), lastModified, stale: false };
  }

  private metaPath(path: string): string {
    return join(this.options.dir, `${path}.json`);
  }

  private async readMeta(path: string): Promise<Meta | undefined> {
    try {
      const meta = JSON.parse(await readFile(this.metaPath(path), "utf8")) as Meta;
      // A user who cleans up the cache can have removed only one of the two files.
      return existsSync(this.file(path, meta).path) ? meta : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** Debian never changes a file in its pool, and never a file that is named by its hash. */
export function isImmutable(path: string): boolean {
  return /\/pool\/.+\.u?deb$/.test(path) || path.includes("/by-hash/");
}

/**
 * Whether a path can become a file name below the cache: only characters that apt uses, and no
 * `..`.
 */
export function isCleanPath(path: string): boolean {
  return /^(\/[\w+~%:,=@-][\w.+~%:,=@-]*)+$/.test(path) && !/%2[ef]|%5c|%00/i.test(path);
}

function conditions(meta: Meta | undefined): Record<string, string> {
  return {
    ...(meta?.etag === undefined ? {} : { "if-none-match": meta.etag }),
    ...(meta?.lastModified === undefined ? {} : { "if-modified-since": meta.lastModified }),
  };
}
