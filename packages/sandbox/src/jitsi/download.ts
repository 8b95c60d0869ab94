import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, statSync, writeSync } from "node:fs";
import { finished, pipeline } from "node:stream/promises";
import type { Agent } from "node:https";
import { getFrom, type UpstreamResponse } from "../web/upstream";

/** How patient a download is. */
export interface Patience {
  /** A download ends if it brings fewer bytes than this ... */
  readonly bytes: number;
  /** ... within this time, in milliseconds. */
  readonly withinMs: number;
}

/** 10 kB/s: a package of 40 MB would take more than an hour. */
export const defaultPatience: Patience = { bytes: 300_000, withinMs: 30_000 };

export interface DownloadOptions {
  readonly url: string;
  /** The download is appended to this file. It stays after a failure, for the next attempt. */
  readonly part: string;
  /** The size of the complete file in bytes. */
  readonly size: number;
  readonly agent: Agent;
  readonly patience?: Patience;
}

/** The server answered, but not with the file. Another attempt does not help. */
export class RefusedDownload extends Error {}

/**
 * Downloads what is missing in a partial file. Ends within a limited time also if the server is
 * slow.
 *
 * @throws RefusedDownload for an HTTP error
 * @throws Error when the connection fails, is cut or is too slow
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { url, part, size } = options;
  const have = partSize(part);
  if (have === size) return;
  const resumes = have > 0 && have < size;
  const headers: Record<string, string> = resumes ? { range: `bytes=${have.toString()}-` } : {};
  const answer = await getFrom(url, headers, { agent: options.agent, httpsOnly: true });
  const begin = offset(answer);
  if (begin === undefined || (begin !== 0 && begin !== have)) {
    answer.body.destroy();
    throw new RefusedDownload(`it answers with the HTTP status ${answer.status.toString()}`);
  }
  await receive(answer, begin, options);
}

/** Where the answer begins in the file; undefined if it is not the file. */
function offset({ status, body }: UpstreamResponse): number | undefined {
  if (status === 200) return 0;
  const range = /^bytes (\d+)-/.exec(body.headers["content-range"] ?? "")?.[1];
  return status === 206 && range !== undefined ? Number(range) : undefined;
}

async function receive(
  { body }: UpstreamResponse,
  begin: number,
  { part, size, patience = defaultPatience }: DownloadOptions,
): Promise<void> {
  let received = 0;
  let before = 0;
  const tooSlow = `it sent less than ${(patience.bytes / 1000).toString()} kB in ${(patience.withinMs / 1000).toString()} s`;
  const watch = setInterval(() => {
    if (received - before < patience.bytes) body.destroy(new Error(tooSlow));
    before = received;
  }, patience.withinMs);
  const file = openSync(part, begin === 0 ? "w" : "a");
  try {
    body.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (begin + received > size) {
        body.destroy(new RefusedDownload("it sends more than its list says"));
        return;
      }
      // At once: a stream would lose what it holds if the connection is cut.
      writeSync(file, chunk);
    });
    await finished(body);
  } finally {
    clearInterval(watch);
    closeSync(file);
  }
  if (begin + received < size) throw new Error("aborted");
}

/** Size of a partial file; 0 if there is none. */
export function partSize(part: string): number {
  return statSync(part, { throwIfNoEntry: false })?.size ?? 0;
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** What a failed connection means, in words. */
export function connectionProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name cannot be resolved";
    case "ECONNREFUSED":
      return "it refuses the connection";
    case "ECONNRESET":
      return "it closed the connection in the middle";
    default:
      // Node.js calls a connection that the server closed in the middle "aborted".
      return message === "aborted" ? "it closed the connection in the middle" : message;
  }
}
