import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AptCache, type CachedFile, isCleanPath, isImmutable } from "../../../src/web/aptCache";

const deb = "/pool/main/p/prosody/prosody_0.12.3-1_amd64.deb";
const release = "/dists/bookworm/InRelease";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let dir: string;
let server: Server;
let requests: string[];
let answer: Answer;
let upstream: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "jh-apt-"));
  requests = [];
  server = createServer((request, response) => {
    requests.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true });
});

const says =
  (text: string, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(200, headers).end(text);
  };

const cache = (freshMs = 0): AptCache => new AptCache({ dir, upstream, freshMs });

async function textOf(result: Promise<CachedFile | { status: number }>): Promise<string> {
  const file = await result;
  if ("status" in file) throw new Error(`status ${file.status}`);
  return readFile(file.path, "utf8");
}

describe("AptCache", () => {
  it("fetches a package only once, also for a cache that is opened later", async () => {
    answer = says("package");
    await expect(textOf(cache().get(deb))).resolves.toBe("package");
    await expect(textOf(cache().get(deb))).resolves.toBe("package");
    expect(requests).toEqual([`/debian${deb}`]);
  });

  it("makes requests for the same file wait for one fetch", async () => {
    let finish: () => void = () => undefined;
    answer = (_, response) => {
      response.write("pack");
      finish = () => response.end("age");
    };
    const shared = cache();
    const all = Promise.all([1, 2, 3].map(() => textOf(shared.get(deb))));
    await new Promise<void>((resolve) => server.once("request", () => setImmediate(resolve)));
    finish();
    await expect(all).resolves.toEqual(["package", "package", "package"]);
    expect(requests).toHaveLength(1);
  });

  it("revalidates an index with the mirror's ETag and time", async () => {
    const seen: (string | undefined)[] = [];
    answer = (request, response) => {
      seen.push(request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"' }).end("index");
    };
    const shared = cache();
    await expect(textOf(shared.get(release))).resolves.toBe("index");
    await expect(textOf(shared.get(release))).resolves.toBe("index");
    expect(seen).toEqual([undefined, '"1"']);
  });

  it("replaces a changed index and removes the old one", async () => {
    answer = says("one");
    const shared = cache();
    await textOf(shared.get(release));
    answer = says("two");
    await expect(textOf(shared.get(release))).resolves.toBe("two");
    expect(await readdir(join(dir, "dists/bookworm"))).toHaveLength(2);
  });

  it("does not ask again while an index is fresh", async () => {
    answer = says("index");
    const shared = cache(60_000);
    await textOf(shared.get(release));
    await textOf(shared.get(release));
    expect(requests).toHaveLength(1);
  });

  it("serves a stale file when the mirror does not answer", async () => {
    answer = says("index");
    const shared = cache();
    await shared.get(release);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await shared.get(release)).toMatchObject({ stale: true });
    await expect(textOf(shared.get(release))).resolves.toBe("index");
    await expect(shared.get(deb)).rejects.toThrow("ECONNREFUSED");
  });

  it("serves a stale file when the mirror has an error, but passes on a 404", async () => {
    answer = says("index");
    const shared = cache();
    await shared.get(release);
    answer = (_, response) => response.writeHead(503).end();
    expect(await shared.get(release)).toMatchObject({ stale: true });
    answer = (_, response) => response.writeHead(404).end();
    expect(await shared.get(release)).toEqual({ status: 404 });
  });

  it("keeps nothing of an interrupted transfer", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.destroy());
    };
    const shared = cache();
    await expect(shared.get(deb)).rejects.toThrow("aborted");
    expect(await readdir(join(dir, "pool/main/p/prosody"))).toEqual([]);
    answer = says("whole");
    await expect(textOf(shared.get(deb))).resolves.toBe("whole");
  });

  it("follows redirects, but not endlessly", async () => {
    answer = (request, response) => {
      if (request.url === "/elsewhere") response.end("moved");
      else response.writeHead(302, { location: "/elsewhere" }).end();
    };
    await expect(textOf(cache().get(deb))).resolves.toBe("moved");
    answer = (_, response) => response.writeHead(302, { location: "/loop" }).end();
    await expect(cache().get(release)).rejects.toThrow("redirects more than 5 times");
  });
});

describe("isImmutable", () => {
  it.each([
    [deb, true],
    ["/pool/main/p/prosody/prosody_0.12.3.dsc", false],
    ["/dists/bookworm/main/binary-amd64/by-hash/SHA256/abc", true],
    ["/dists/bookworm/main/binary-amd64/Packages.xz", false],
    [release, false],
  ])("%s: %s", (path, expected) => {
    expect(isImmutable(path)).toBe(expected);
  });
});

describe("isCleanPath", () => {
  it.each(["/debian/pool/main/g/g++-12_12.2.0-14%2bdeb12u1~x_amd64.deb", "/stable/InRelease"])(
    "takes %s",
    (path) => {
      expect(isCleanPath(path)).toBe(true);
    },
  );

  it.each(["/", "/a/../b", "/a/%2e%2e/b", "/a//b", "/.hidden", "/a%2Fb", "/a\\b", "a/b", "/a/"])(
    "refuses %s",
    (path) => {
      expect(isCleanPath(path)).toBe(false);
    },
  );
});
