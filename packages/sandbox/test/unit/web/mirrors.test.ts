import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, createServer, request as httpRequest } from "node:http";
import type { Server } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureAuthority, issueCertificate } from "../../../src/web/authority";
import { type Mirrors, machineArchives, startMirrors } from "../../../src/web/mirrors";

interface Got {
  readonly status?: number;
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
    repositoryDir: join(dir, "repo"),
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
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const send = scheme === "https" ? httpsRequest : httpRequest;
    const sent = send(
      {
        ...{ host: "127.0.0.1", port: mirrors.ports[0]?.[scheme], path, ca, servername: host },
        ...{ method: options.method, headers: { host, ...options.headers } },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode, headers: response.headers, text });
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
