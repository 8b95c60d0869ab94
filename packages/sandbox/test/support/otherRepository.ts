import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { makeRepository } from "../../src/standIns/repository";
import { run } from "../../src/standIns/run";
import { ensureSigningKey, keyFingerprint, signRelease } from "../../src/standIns/signingKey";
import type { Versions } from "../../src/standIns/versions";
import { issueCertificate } from "../../src/web/authority";
import { closeServer, listen } from "../../src/web/listen";

/** Versions of packages that are those of the stand-ins otherwise, newest first. */
export const otherVersions: Versions = {
  "jitsi-videobridge2": ["2.3-401-g0a1b2c3d-1", "2.3-400-g9f8e7d6c-1"],
  jicofo: ["1.0-1301-1", "1.0-1300-1"],
  jibri: ["8.0-201-g7d3e5f1-1", "8.0-200-g2b4c6d8-1"],
  "jitsi-meet-web": ["1.0.9901-1", "1.0.9900-1"],
  "jitsi-meet-web-config": ["1.0.9901-1", "1.0.9900-1"],
  "jitsi-meet-prosody": ["1.0.9901-1", "1.0.9900-1"],
  "jitsi-meet": ["2.0.12901-1", "2.0.12900-1"],
};

/** How the server answers a request in place of the file; undefined for the file itself. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Builds a repository with its own key in a folder. @returns the fingerprint of the key */
export async function buildRepository(dir: string, versions = otherVersions): Promise<string> {
  const keys = await mkdtemp(join(tmpdir(), "jh-keys-"));
  try {
    await makeRepository(dir, await ensureSigningKey(keys), versions);
    return await keyFingerprint(join(dir, "jitsi-key.gpg.key"));
  } finally {
    await rm(keys, { recursive: true });
  }
}

/**
 * A repository of Jitsi's packages that a test serves by https on loopback, with a certificate that
 * the sandbox trusts, and with faults.
 */
export class OtherRepository {
  /** Requests so far, as `path` or `path from BYTE`. */
  readonly requests: string[] = [];
  fault: Fault | undefined;
  private server: Server | undefined;
  private port = 0;

  constructor(readonly dir: string) {}

  get url(): string {
    return `https://localhost:${this.port.toString()}`;
  }

  async serve(): Promise<this> {
    const certificate = await issueCertificate(["localhost"]);
    this.server = createServer(certificate, (request, response) => {
      void this.answer(request, response);
    });
    this.port = await listen(this.server, "localhost", this.port);
    return this;
  }

  async stop(): Promise<void> {
    if (this.server !== undefined) await closeServer(this.server);
    this.server = undefined;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    this.requests.push(from === 0 ? path : `${path} from ${from.toString()}`);
    if (this.fault?.(request, response) === true) return;
    const body = await readFile(join(this.dir, path)).catch(() => undefined);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const last = (body.length - 1).toString();
    const range = { "content-range": `bytes ${from.toString()}-${last}/${body.length.toString()}` };
    response.writeHead(from === 0 ? 200 : 206, {
      "content-length": body.length - from,
      ...(from === 0 ? {} : range),
    });
    response.end(body.subarray(from));
  }
}

/** Signs the list of a repository again, after its packages were changed. */
export async function signAgain(
  dir: string,
  { packages, date }: { packages?: string; date?: Date } = {},
): Promise<string> {
  const stable = join(dir, "stable");
  if (packages !== undefined) {
    await writeFile(join(stable, "Packages"), packages);
    await writeFile(join(stable, "Packages.gz"), gzipSync(packages));
  }
  for (const name of await readdir(stable)) {
    if (/^(In)?Release/.test(name)) await rm(join(stable, name));
  }
  const when =
    date === undefined ? [] : ["-o", `APT::FTPArchive::Release::Date=${date.toUTCString()}`];
  const release = await run("apt-ftparchive", [...when, "release", "."], { cwd: stable });
  await writeFile(join(stable, "Release"), release);
  const keys = await mkdtemp(join(tmpdir(), "jh-keys-"));
  try {
    await signRelease(await ensureSigningKey(keys), stable, join(dir, "jitsi-key.gpg.key"));
    return await keyFingerprint(join(dir, "jitsi-key.gpg.key"));
  } finally {
    await rm(keys, { recursive: true });
  }
}

/** Sends a part of the file and closes the connection. */
export const cutAfter =
  (dir: string, path: RegExp, bytes: number): Fault =>
  (request, response) => {
    if (!path.test(request.url ?? "") || request.headers.range !== undefined) return false;
    void (async () => {
      const file = join(dir, request.url ?? "");
      const { size } = await stat(file);
      response.writeHead(200, { "content-length": size });
      response.write((await readFile(file)).subarray(0, bytes), () => request.socket.end());
    })();
    return true;
  };

/** Sends one byte and then nothing more. */
export const stall =
  (path: RegExp): Fault =>
  (request, response) => {
    if (!path.test(request.url ?? "")) return false;
    response.writeHead(200, { "content-length": 1_000_000 }).write("x");
    return true;
  };

/** A folder for a test's own cache and repositories. */
export async function makeWorkFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "jh-jitsi-"));
  await mkdir(join(dir, "cache"));
  return dir;
}
