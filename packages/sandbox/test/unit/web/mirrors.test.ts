import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, createServer, request as httpRequest } from "node:http";
import type { Server } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PackageStore } from "../../../src/jitsi/packageStore";
import { OtherRepository } from "../../support/otherRepository";
import { ensureAuthority, issueCertificate } from "../../../src/web/authority";
import { type Mirrors, machineArchives, startMirrors } from "../../../src/web/mirrors";

interface Got {
  readonly status?: number;
  readonly reason?: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let dir: string;
let upstream: Server;
let mirrors: Mirrors;
let ca: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "jh-mirrors-"));
  process.env.JITSI_HETZNER_CACHE = dir;
  await mkdir(join(dir, "repo/stable"), { recursive: true });
  await writeFile(join(dir, "repo/stable/Release"), "Origin: jitsi.org\n");
  upstream = createServer((request, response) => {
    if (request.url?.includes("missing") === true) response.writeHead(404).end();
    else response.end(`upstream ${request.url ?? ""}`);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const port = (upstream.address() as AddressInfo).port;
  mirrors = await startMirrors({
    address: "127.0.0.1",
    repository: { dir: join(dir, "repo") },
    ports: { http: 0, https: 0 },
    archives: { debian: `http://127.0.0.1:${port}/d`, security: `http://127.0.0.1:${port}/s` },
  });
  ca = await readFile((await ensureAuthority()).certPath, "utf8");
});

afterAll(async () => {
  await mirrors.close();
  upstream.closeAllConnections();
  upstream.close();
  delete process.env.JITSI_HETZNER_CACHE;
  await rm(dir, { recursive: true });
});

function get(
  scheme: "http" | "https",
  host: string,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
  from = mirrors,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const send = scheme === "https" ? httpsRequest : httpRequest;
    const sent = send(
      {
        ...{ host: "127.0.0.1", port: from.ports[0]?.[scheme], path, ca, servername: host },
        ...{ method: options.method, headers: { host, ...options.headers } },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          const { statusCode: status, statusMessage: reason, headers } = response;
          resolve({ status, reason, headers, text });
        });
      },
    );
    sent.on("error", reject).end();
  });
}

describe("startMirrors", () => {
  it("lists the names for the name server", () => {
    expect(mirrors.names).toEqual(["download.jitsi.org", "deb.debian.org", "security.debian.org"]);
  });

  it("serves the repository by HTTPS with a certificate of the authority", async () => {
    const got = await get("https", "download.jitsi.org", "/stable/Release");
    expect(got).toMatchObject({ status: 200, text: "Origin: jitsi.org\n" });
    const again = await get("https", "download.jitsi.org", "/stable/Release", {
      headers: { "if-modified-since": got.headers["last-modified"] ?? "" },
    });
    expect(again.status).toBe(304);
  });

  it("redirects HTTP for the repository to HTTPS", async () => {
    const got = await get("http", "download.jitsi.org", "/jitsi-key.gpg.key");
    expect(got.status).toBe(301);
    expect(got.headers.location).toBe("https://download.jitsi.org/jitsi-key.gpg.key");
  });

  it.each([
    ["http", "deb.debian.org", "/debian/dists/bookworm/InRelease", "/d/dists/bookworm/InRelease"],
    ["https", "deb.debian.org", "/debian/pool/main/a_1.deb", "/d/pool/main/a_1.deb"],
    ["http", "security.debian.org", "/debian-security/dists/x", "/s/dists/x"],
    ["http", "deb.debian.org", "/debian-security/dists/y", "/s/dists/y"],
  ] as const)("passes %s://%s%s on to the archive", async (scheme, host, path, expected) => {
    expect(await get(scheme, host, path)).toMatchObject({
      status: 200,
      text: `upstream ${expected}`,
    });
  });

  it("answers a client that takes it for its proxy, and sends the whole address", async () => {
    const path = "http://deb.debian.org/debian/pool/main/b_1.deb";
    expect(await get("http", "deb.debian.org", path)).toMatchObject({
      status: 200,
      text: "upstream /d/pool/main/b_1.deb",
    });
  });

  it.each([
    ["deb.debian.org", "/debian/dists/missing", 404],
    ["deb.debian.org", "/ubuntu/dists/x", 404],
    ["deb.debian.org", "/debian/../../etc/passwd", 404],
    ["example.com", "/debian/dists/x", 404],
  ])("answers %s%s with %i", async (host, path, status) => {
    expect((await get("http", host, path)).status).toBe(status);
  });

  it("refuses other methods than GET and HEAD", async () => {
    const path = "/debian/dists/x";
    expect((await get("http", "deb.debian.org", path, { method: "POST" })).status).toBe(405);
    const head = await get("http", "deb.debian.org", path, { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, text: "" });
  });
});

describe("a mirror of another repository", () => {
  const sha256 = createHash("sha256").update("a package").digest("hex");
  const listed = { name: "jicofo", version: "1.0~a-1", size: 9, sha256, depends: "" };
  let kept: Mirrors;
  let source: OtherRepository;

  beforeAll(async () => {
    await mkdir(join(dir, "source/stable"), { recursive: true });
    await writeFile(join(dir, "source/stable/jicofo_1.0~a-1.deb"), "a package");
    await writeFile(join(dir, "source/stable/other.deb"), "not in the list");
    source = await new OtherRepository(join(dir, "source")).serve();
    const paths = ["stable/jicofo_1.0~a-1.deb", "stable/gone.deb"];
    const packages = paths.map((path, i) => ({ ...listed, path, sha256: i === 0 ? sha256 : "0" }));
    const store = new PackageStore({ url: source.url, packages, pauseMs: 1 });
    kept = await startMirrors({
      address: "127.0.0.1",
      repository: { dir: join(dir, "repo"), packages: store },
      ports: { http: 0, https: 0 },
    });
  });

  afterAll(async () => {
    await kept.close();
    await source.stop();
  });

  it("serves the lists of its folder, and the packages of the list from the repository, once", async () => {
    const host = "download.jitsi.org";
    expect((await get("https", host, "/stable/Release", {}, kept)).text).toContain("jitsi.org");
    for (const path of ["/stable/jicofo_1.0%7ea-1.deb", "/stable/jicofo_1.0~a-1.deb"]) {
      expect(await get("https", host, path, {}, kept)).toMatchObject({ text: "a package" });
    }
    expect((await get("https", host, "/stable/other.deb", {}, kept)).status).toBe(404);
    expect(source.requests).toEqual(["/stable/jicofo_1.0~a-1.deb"]);
  });

  it("says in the status line, which apt shows, why a package cannot be had", async () => {
    expect(await get("https", "download.jitsi.org", "/stable/gone.deb", {}, kept)).toMatchObject({
      status: 502,
      reason: `jicofo 1.0~a-1 could not be downloaded from ${source.url}: it answers with the HTTP status 404. 0 kB of 0 kB are kept`,
    });
  });
});

describe("ensureAuthority", () => {
  it("creates one authority for a cache, with a key that others cannot read", async () => {
    const [one, two] = await Promise.all([ensureAuthority(), ensureAuthority()]);
    expect(two).toEqual(one);
    expect((await stat(one.keyPath)).mode & 0o777).toBe(0o600);
    expect(await readFile(one.certPath, "utf8")).toBe(ca);
  });
});

describe("issueCertificate", () => {
  it("refuses to issue a certificate without names", async () => {
    await expect(issueCertificate([])).rejects.toThrow("at least one name");
  });
});

describe("machineArchives", () => {
  it("uses the machine's own mirrors", () => {
    const archives = machineArchives([
      "deb [signed-by=/k] http://mirror.test/debian/ trixie main",
      "deb http://mirror.test/debian trixie-updates main",
      "deb http://mirror.test/security trixie-security main",
    ]);
    expect(archives).toEqual({
      debian: "http://mirror.test/debian",
      security: "http://mirror.test/security",
    });
  });

  it("falls back to Debian's own", () => {
    expect(machineArchives([])).toEqual({
      debian: "http://deb.debian.org/debian",
      security: "http://security.debian.org/debian-security",
    });
  });
});
