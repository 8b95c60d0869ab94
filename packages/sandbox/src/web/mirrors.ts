import { createServer as createHttpServer } from "node:http";
import type { RequestListener, Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { join } from "node:path";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { machineSources } from "../hosts/machineSources";
import { defaultSuite as suite } from "../hosts/releases";
import type { PackageStore } from "../jitsi/packageStore";
import { AptCache, isCleanPath } from "./aptCache";
import { issueCertificate } from "./authority";
import { closeServer, listen } from "./listen";
import { sendFile } from "./sendFile";

export interface MirrorsOptions {
  /** IPv4 address to listen on. */
  address: string;
  /** IPv6 address to listen on as well. */
  address6?: string;
  /** Served at the address of Jitsi's repository. */
  repository: MirroredRepository;
  /** Default: 80 and 443. With 0 the system chooses free ports (for tests). */
  ports?: { http: number; https: number };
  /** Addresses of the Debian archives. Default: those that this machine's own apt uses. */
  archives?: Archives;
  /** Folder of the package cache. Default: `apt` in the project's cache. */
  cache?: string;
  /** Called for each file that is fetched from outside. Default: no log. */
  log?: (line: string) => void;
}

/** The repository that stands in for Jitsi's, or mirrors it. */
export interface MirroredRepository {
  /** Folder with its files, as below https://download.jitsi.org. */
  readonly dir: string;
  /** Packages that are not in the folder. */
  readonly packages?: PackageStore;
}

/** Addresses of the archives, without a trailing slash. */
export interface Archives {
  readonly debian: string;
  readonly security: string;
}

export interface Mirrors {
  /** DNS names that must resolve to the mirrors' address. */
  readonly names: string[];
  /** Bound ports, one pair for each address. */
  readonly ports: { http: number; https: number }[];
  close(): Promise<void>;
}

const jitsi = "download.jitsi.org";
const debianNames = ["deb.debian.org", "security.debian.org"];

type Handler = (response: ServerResponse, path: string) => Promise<void>;

/**
 * Serves the repositories under the names that hosts use in production: Jitsi's repository
 * (HTTPS; HTTP redirects to it) and the Debian archives (HTTP and HTTPS; with a cache in front of
 * the machine's own mirror).
 *
 * @throws Error if an address or port cannot be bound
 */
export async function startMirrors(options: MirrorsOptions): Promise<Mirrors> {
  const names = [jitsi, ...debianNames];
  const sites = makeSites(options);
  const certificate = await issueCertificate(names);
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
  };
  const { http, https } = options.ports ?? { http: 80, https: 443 };
  const ports: { http: number; https: number }[] = [];
  try {
    for (const address of [options.address, options.address6]) {
      if (address === undefined) continue;
      const plain = createHttpServer(dispatcher(sites, false));
      const secure = createHttpsServer(certificate, dispatcher(sites, true));
      servers.push(plain, secure);
      ports.push({
        http: await listen(plain, address, http),
        https: await listen(secure, address, https),
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { names, ports, close };
}

/** The machine's mirrors, by the archive that they mirror. */
export function machineArchives(sources: readonly string[] = machineSources(suite)): Archives {
  const find = (name: string, standard: string): string => {
    const line = sources.find((source) => source.endsWith(` ${name} main`));
    return (line?.split(" ").at(-3) ?? standard).replace(/\/$/, "");
  };
  return {
    debian: find(suite, "http://deb.debian.org/debian"),
    security: find(`${suite}-security`, "http://security.debian.org/debian-security"),
  };
}

function makeSites(options: MirrorsOptions): ReadonlyMap<string, Handler> {
  const dir = options.cache ?? cacheDir("apt");
  const upstreams = options.archives ?? machineArchives();
  const { log } = options;
  // The folder is named after the mirror, so that answers of different mirrors are not mixed.
  const cacheOf = (upstream: string): AptCache =>
    new AptCache({ dir: join(dir, encodeURIComponent(upstream)), upstream, log });
  const debian = archive({
    "/debian/": cacheOf(upstreams.debian),
    "/debian-security/": cacheOf(upstreams.security),
  });
  return new Map([
    [jitsi, repositorySite(options.repository)],
    ...debianNames.map((name): [string, Handler] => [name, debian]),
  ]);
}

function repositorySite({ dir, packages }: MirroredRepository): Handler {
  return async (response, path) => {
    const listed = decodeURIComponent(path.slice(1));
    const file = packages?.has(listed) === true ? await packages.get(listed) : join(dir, path);
    await sendFile(response, file);
  };
}

function archive(caches: Readonly<Record<string, AptCache>>): Handler {
  return async (response, path) => {
    const [prefix, cache] = Object.entries(caches).find(([key]) => path.startsWith(key)) ?? [];
    if (prefix === undefined || cache === undefined) {
      fail(response, 404, "no such archive");
      return;
    }
    const answer = await cache.get(path.slice(prefix.length - 1));
    if ("status" in answer) {
      fail(response, answer.status, "the mirror's answer");
      return;
    }
    await sendFile(response, answer.path, answer.lastModified);
  };
}

function dispatcher(sites: ReadonlyMap<string, Handler>, secure: boolean): RequestListener {
  return (request, response) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    // A client that takes this server for its proxy sends the whole address (RFC 9112, 3.2.2).
    const path = (request.url ?? "/").replace(/^http:\/\/[^/]+/, "").split("?")[0] ?? "/";
    const site = sites.get(host);
    if (request.method !== "GET" && request.method !== "HEAD") {
      fail(response, 405, "only GET and HEAD");
    } else if (site === undefined) {
      fail(response, 404, `${host || "no host"} is not mirrored here`);
    } else if (!isCleanPath(path)) {
      fail(response, 404, "no such file");
    } else if (host === jitsi && !secure) {
      response.writeHead(301, { location: `https://${jitsi}${path}` }).end();
    } else {
      site(response, path).catch((error: unknown) => {
        fail(response, 502, error instanceof Error ? error.message : String(error));
      });
    }
  };
}

function fail(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // apt shows the reason phrase only, which can have ASCII characters.
  const reason = text.replace(/[^ -~]+/g, " ");
  response.writeHead(status, reason, { "content-type": "text/plain" }).end(`${status} ${text}\n`);
}
