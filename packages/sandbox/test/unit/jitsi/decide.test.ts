import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { JitsiRequest } from "../../../src/jitsi/choice";
import { decideJitsi, type DecideOptions, type JitsiDecision } from "../../../src/jitsi/decide";
import {
  buildRepository,
  cutAfter,
  makeWorkFolder,
  OtherRepository,
  signAgain,
  stall,
} from "../../support/otherRepository";

let work: string;
/** Built once; each test serves a copy. */
let built: string;
let fingerprint: string;
let repository: OtherRepository;
let said: string[];
let count = 0;

beforeAll(async () => {
  work = await makeWorkFolder();
  process.env.JITSI_HETZNER_CACHE = join(work, "cache");
  built = join(work, "built");
  fingerprint = await buildRepository(built);
}, 60_000);

afterAll(async () => {
  delete process.env.JITSI_HETZNER_CACHE;
  await rm(work, { recursive: true });
});

beforeEach(async () => {
  const dir = join(work, `served-${(count++).toString()}`);
  cpSync(built, dir, { recursive: true });
  repository = await new OtherRepository(dir).serve();
  said = [];
});

afterEach(async () => {
  await repository.stop();
  await rm(join(work, "cache", "jitsi"), { recursive: true, force: true });
});

const options = (more: Partial<DecideOptions> = {}): DecideOptions => ({
  log: (line) => said.push(line),
  ask: null,
  pauseMs: 1,
  memory: Infinity,
  ...more,
});

/** A decision of a sandbox that does not exist yet. */
const decide = (
  request: Partial<JitsiRequest> = {},
  more: Partial<DecideOptions> = {},
): Promise<JitsiDecision> =>
  decideJitsi(
    join(work, "no-sandbox"),
    { kind: "url", url: repository.url, key: fingerprint, ...request },
    options(more),
  );

const debs = (): string[] => repository.requests.filter((path) => path.includes(".deb"));
const jicofo = /\/jicofo_/;

/** What a decision says that fails. */
const failure = (deciding: Promise<JitsiDecision>): Promise<string> =>
  deciding.then(
    () => "it succeeded",
    (error: unknown) => (error as Error).message,
  );

describe("a repository by its address", () => {
  it("is verified, and the packages of its newest release are downloaded", async () => {
    const { source, listsDir = "" } = await decide();
    expect(source).toEqual({
      kind: "url",
      url: repository.url,
      fingerprint,
      version: "2.0.12901-1",
    });
    expect(debs().map((path) => /\/(\w[\w-]+)_([^_]+)/.exec(path)?.slice(1))).toEqual([
      ["jitsi-videobridge2", "2.3-401-g0a1b2c3d-1"],
      ["jicofo", "1.0-1301-1"],
      ["jitsi-meet-web", "1.0.9901-1"],
      ["jitsi-meet-web-config", "1.0.9901-1"],
      ["jitsi-meet-prosody", "1.0.9901-1"],
    ]);
    const list = await readFile(join(listsDir, "stable/InRelease"));
    expect(list).toEqual(await readFile(join(repository.dir, "stable/InRelease")));
    expect(said.at(-1)).toBe(
      `Jitsi's packages: version 2.0.12901-1 of ${repository.url}, signed by ${fingerprint}`,
    );
  });

  it("needs no network afterwards", async () => {
    const first = await decide();
    await repository.stop();
    expect(await decide()).toEqual(first);
    expect(said.at(-2)).toMatch(
      /does not answer \(stable\/InRelease: it refuses the connection\); using the lists in the cache, with version 2.0.12901-1 of /,
    );
  });

  it("can be taken by two sandboxes at once", async () => {
    const [first, second] = await Promise.all([decide(), decide()]);
    expect(second).toEqual(first);
    const kept = await readdir(join(work, "cache/jitsi"), { recursive: true });
    expect(kept.filter((path) => /part-|new-/.test(path))).toEqual([]);
    expect(kept.filter((path) => path.endsWith(".deb"))).toHaveLength(5);
  });

  it("is taken with a detached signature too", async () => {
    await rm(join(repository.dir, "stable/InRelease"));
    expect((await decide()).source.version).toBe("2.0.12901-1");
  });

  it("with an older list than the one in the cache does not replace it, as with apt", async () => {
    await decide();
    const packages = await readFile(join(repository.dir, "stable/Packages"), "utf8");
    const older = packages.split("\n\n").filter((text) => !text.includes("2.0.12901-1"));
    const key = await signAgain(repository.dir, {
      packages: older.join("\n\n"),
      date: new Date("2026-01-01"),
    });
    expect((await decide({ key: fingerprint })).source.version).toBe("2.0.12901-1");
    expect(said.join("\n")).toContain(
      "serves lists of Thu, 01 Jan 2026 00:00:00 GMT, which are older; using the lists in the cache, with version 2.0.12901-1",
    );
    await rm(join(work, "cache", "jitsi"), { recursive: true });
    expect((await decide({ key })).source.version).toBe("2.0.12900-1");
  });
});

describe("the key of a repository", () => {
  const question = (): string =>
    `${repository.url} signs with the key ${fingerprint} (Jitsi sandbox`;

  it("is shown with the options that accept it where nobody can be asked", async () => {
    const message = await failure(decide({ key: undefined }));
    expect(message).toContain(question());
    expect(message).toContain(
      `--jitsi-key ${fingerprint}, or JITSI_HETZNER_JITSI_KEY=${fingerprint}`,
    );
    expect(debs()).toEqual([]);
  });

  it("is asked for on a terminal, and the answer counts", async () => {
    const asked: string[] = [];
    const answer = (yes: boolean) => (text: string) => {
      asked.push(text);
      return Promise.resolve(yes);
    };
    expect(await failure(decide({ key: undefined }, { ask: answer(false) }))).toContain(
      `the key of ${repository.url} is not trusted; JITSI_HETZNER_JITSI=stand-in selects the stand-ins`,
    );
    await decide({ key: undefined }, { ask: answer(true) });
    expect(asked).toEqual(Array(2).fill(expect.stringContaining(fingerprint)));
  });

  it.each(["url", "upstream"] as const)(
    "is refused if another one is expected: %s",
    async (kind) => {
      const key = kind === "url" ? "0".repeat(40) : undefined;
      const expected = key ?? "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806";
      const message = await failure(decide({ kind, key }));
      expect(message).toContain(question());
      expect(message).toContain(`, but ${expected} is expected.`);
      expect(debs()).toEqual([]);
    },
  );

  it.each([
    ["did not sign the list", "stable/InRelease", "its list is not signed by its key"],
    ["is a web page", "jitsi-key.gpg.key", "its file jitsi-key.gpg.key is no OpenPGP key"],
  ])("is refused if it %s", async (_, file, reason) => {
    const path = join(repository.dir, file);
    const text = await readFile(path, "utf8");
    const wrong = file.endsWith("key") ? "<html>Sign in</html>" : text.replace("Origin", "Origen");
    await writeFile(path, wrong);
    expect(await failure(decide())).toContain(`${repository.url} cannot be used: ${reason}`);
  });
});

describe("a repository that cannot be used", () => {
  it("is named if it has no list", async () => {
    await rm(join(repository.dir, "stable"), { recursive: true });
    expect(await failure(decide())).toBe(
      `${repository.url} cannot be used: it has no list: stable/InRelease is missing. Use a complete repository; JITSI_HETZNER_JITSI=stand-in selects the stand-ins`,
    );
  });

  it("leaves nothing in the cache", async () => {
    await repository.stop();
    await failure(decide());
    expect(await readdir(join(work, "cache/jitsi"))).toEqual([]);
  });

  it("is named with what it lacks if it has only some of the packages", async () => {
    const packages = await readFile(join(repository.dir, "stable/Packages"), "utf8");
    const some = packages.split("\n\n").filter((text) => !text.startsWith("Package: jicofo"));
    const key = await signAgain(repository.dir, { packages: some.join("\n\n") });
    expect(await failure(decide({ key }))).toContain(
      "it has only some of the packages of jitsi-meet 2.0.12901-1; missing: jicofo 1.0-1301-1",
    );
  });

  it("is named with the package that it lists, but does not have", async () => {
    await rm(join(repository.dir, "stable/jicofo_1.0-1301-1_all.deb"));
    expect(await failure(decide())).toContain(
      `jicofo 1.0-1301-1 could not be downloaded from ${repository.url}: it answers with the HTTP status 404.`,
    );
  });

  it("is named if a package is not the one in its list", async () => {
    const path = join(repository.dir, "stable/jicofo_1.0-1301-1_all.deb");
    const content = await readFile(path);
    content[100] = (content[100] ?? 0) ^ 1;
    await writeFile(path, content);
    expect(await failure(decide())).toContain(
      "it sent another file than its signed list says (SHA-256)",
    );
    expect(await readdir(join(work, "cache/jitsi/packages"))).toHaveLength(1);
  });

  it("is named with the memory that its Java programs need", async () => {
    const text = await readFile(join(repository.dir, "stable/Packages"), "utf8");
    const packages = text.replace(/python3\.1\d[^,\n]*/g, "openjdk-21-jre-headless");
    const key = await signAgain(repository.dir, { packages });
    const gigabyte = 1024 ** 3;
    const message = await failure(decide({ key }, { memory: 5 * gigabyte, javaPrograms: 3 }));
    expect(message).toContain(
      "need 9.0 GB of memory (3 GB for each of 3 Java programs), but 5.0 GB",
    );
    expect(message).toContain("JITSI_HETZNER_JITSI=stand-in selects the stand-ins");
    expect(debs()).toEqual([]);
  });
});

describe("a download", () => {
  it("continues where the connection was cut", async () => {
    repository.fault = cutAfter(repository.dir, jicofo, 5_000);
    await decide();
    expect(debs().filter((path) => jicofo.test(path))).toEqual([
      "/stable/jicofo_1.0-1301-1_all.deb",
      "/stable/jicofo_1.0-1301-1_all.deb from 5000",
    ]);
  });

  it("ends with what is kept if it is cut again and again, and continues in the next run", async () => {
    const cut = cutAfter(repository.dir, jicofo, 5_000);
    repository.fault = (request, response) => {
      if (cut(request, response)) return true;
      if (!jicofo.test(request.url ?? "")) return false;
      response.destroy();
      return true;
    };
    const message = await failure(decide());
    expect(message).toMatch(
      /^jicofo 1\.0-1301-1 could not be downloaded from \S+: it closed the connection in the middle\. 5 kB of \d+ kB are kept\. Nothing was started\. Run the command again to continue; JITSI_HETZNER_JITSI=stand-in selects the stand-ins$/,
    );
    repository.fault = undefined;
    repository.requests.length = 0;
    await decide();
    expect(debs()[0]).toBe("/stable/jicofo_1.0-1301-1_all.deb from 5000");
    // What came before it is not downloaded again.
    expect(debs().join()).not.toContain("videobridge");
  });

  it("ends if the repository is gone in the middle", async () => {
    repository.fault = (request) => {
      if (jicofo.test(request.url ?? "")) void repository.stop();
      return jicofo.test(request.url ?? "");
    };
    expect(await failure(decide())).toMatch(
      /^jicofo .*: (it refuses the connection|it closed the connection in the middle)\. .*Nothing was started\./,
    );
  });

  it("ends if the repository is too slow", async () => {
    repository.fault = stall(jicofo);
    const message = await failure(decide({}, { patience: { bytes: 1_000, withinMs: 50 } }));
    expect(message).toContain(": it sent less than 1 kB in 0.05 s.");
    // The one byte that came is not the file's first one.
    repository.fault = undefined;
    await decide();
  });

  it("of the list ends if the repository is too slow", async () => {
    repository.fault = stall(/InRelease/);
    expect(await failure(decide({}, { listTimeoutMs: 100 }))).toBe(
      `${repository.url} does not answer: stable/InRelease: no complete answer within 0.1 s. Nothing was started. Run the command again to continue; JITSI_HETZNER_JITSI=stand-in selects the stand-ins`,
    );
  });
});

describe("auto", () => {
  const auto = (more: Partial<DecideOptions> = {}): Promise<JitsiDecision> =>
    decide({ kind: "auto", url: undefined }, { upstream: repository.url, ...more });

  it("takes Jitsi's own packages if their repository answers", async () => {
    expect((await auto()).source).toMatchObject({ kind: "upstream", version: "2.0.12901-1" });
    expect(said[0]).toBe(`Jitsi's packages: Jitsi's own, because ${repository.url} answers`);
  });

  it("takes the stand-ins, and says why, if it does not", async () => {
    await repository.stop();
    const { source, listsDir } = await auto();
    expect([source.kind, source.url, listsDir]).toEqual(["stand-in", undefined, undefined]);
    expect(said).toEqual([
      `Jitsi's packages: stand-ins, because ${repository.url} does not answer (it refuses the connection)`,
    ]);
  }, 60_000);

  it("waits 3 s for it, not for ever", async () => {
    repository.fault = () => true;
    const begin = performance.now();
    await auto();
    const seconds = (performance.now() - begin) / 1000;
    expect(seconds).toBeGreaterThan(2.9);
    // A machine with other work decides late.
    expect(seconds).toBeLessThan(6);
    expect(said[0]).toContain("does not answer (nothing came in 3 s)");
  }, 60_000);

  it("takes the stand-ins if the memory is not enough", async () => {
    expect((await auto({ memory: 1024 ** 3 })).source.kind).toBe("stand-in");
    expect(said[0]).toContain("stand-ins, because Jitsi's own packages need 6.0 GB of memory");
  });

  it("does not fall back to the stand-ins once it has begun", async () => {
    repository.fault = cutAfter(repository.dir, /Packages.gz/, 10);
    expect(await failure(auto())).toContain(
      `${repository.url} does not answer: stable/Packages.gz: it closed the connection in the middle. Nothing was started.`,
    );
  });

  it("names the copy in the cache", async () => {
    await auto();
    await repository.stop();
    await auto();
    expect(said.at(-1)).toMatch(/; --jitsi upstream uses the copy in the cache$/);
  });
});

describe("a sandbox that exists", () => {
  const dir = (): string => join(work, "sandbox");

  beforeEach(async () => {
    await mkdir(dir(), { recursive: true });
    const jitsi = { kind: "url", url: "https://mirror.test", fingerprint, version: "2.0.1-1" };
    const state = { slot: 0, token: "", passphrase: "", hosts: "nspawn", jitsi };
    await writeFile(join(dir(), "sandbox.json"), JSON.stringify(state));
  });

  it.each<[string, JitsiRequest]>([
    ["the default", { kind: "auto" }],
    ["CI=true", { kind: "stand-in", from: "CI=true" }],
    ["the same address", { kind: "url", url: "https://mirror.test" }],
  ])("keeps its packages with %s, and asks nothing", async (_, request) => {
    const decision = await decideJitsi(dir(), request, options());
    expect(decision.source).toMatchObject({ kind: "url", version: "2.0.1-1" });
    expect(decision.listsDir).toBe(join(dir(), "jitsi"));
  });

  it("refuses others", async () => {
    const request: JitsiRequest = { kind: "stand-in", from: "--jitsi" };
    expect(await failure(decideJitsi(dir(), request, options()))).toBe(
      `the sandbox in ${dir()} was started with --jitsi https://mirror.test, not with --jitsi stand-in; stop it first: npm run -s sandbox -- down`,
    );
    expect(existsSync(join(dir(), "jitsi"))).toBe(false);
  });
});
