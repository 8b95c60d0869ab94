import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { sourcesDir } from "../../../src/standIns/build";
import { ensureRepository, repositoryHash } from "../../../src/standIns/repository";
import { run } from "../../../src/standIns/run";
import { packageVersions } from "../../../src/standIns/versions";

let cache: string;
let dir: string;
let both: string[];

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "jh-repo-"));
  process.env.JITSI_HETZNER_CACHE = cache;
  // Two at once, like two sandboxes that start at the same time.
  both = (await Promise.all([ensureRepository(), ensureRepository()])).map((made) => made.dir);
  [dir] = both as [string];
}, 60_000);

afterAll(async () => {
  delete process.env.JITSI_HETZNER_CACHE;
  await rm(cache, { recursive: true });
});

const deb = (name: string): string => join(dir, "stable", `${name}_all.deb`);

/** Mode, owner and path of each file in a package. */
async function contents(name: string): Promise<string[]> {
  const lines = (await run("dpkg-deb", ["--contents", deb(name)])).trim().split("\n");
  return lines.map((line) => {
    const [mode, owner, , , , path] = line.split(/\s+/);
    return [mode, owner, path].join(" ");
  });
}

describe("ensureRepository", () => {
  it("creates a flat signed repository with every version of every package", async () => {
    expect((await readdir(dir)).sort()).toEqual(["jitsi-key.gpg.key", "stable"]);
    const debs = Object.entries(packageVersions).flatMap(([name, versions]) =>
      versions.map((version) => `${name}_${version}_all.deb`),
    );
    const index = ["InRelease", "Packages", "Packages.gz", "Release", "Release.gpg"];
    expect((await readdir(join(dir, "stable"))).sort()).toEqual([...index, ...debs].sort());
  });

  it("names files below the address in sources.list, with their sums", async () => {
    const packages = await readFile(join(dir, "stable/Packages"), "utf8");
    const jicofo = packages.split("\n\n").find((text) => text.includes("jicofo_1.0-1189-1"));
    expect(jicofo).toContain("Filename: stable/jicofo_1.0-1189-1_all.deb");
    const sum = createHash("sha256").update(await readFile(deb("jicofo_1.0-1189-1")));
    expect(jicofo).toContain(`SHA256: ${sum.digest("hex")}`);
  });

  it("is signed by the key that it publishes", async () => {
    const keyring = join(cache, "keyring.gpg");
    await run("gpg", ["--batch", "--dearmor", "-o", keyring, join(dir, "jitsi-key.gpg.key")]);
    const stable = join(dir, "stable");
    await run("gpgv", ["--keyring", keyring, join(stable, "InRelease")]);
    await run("gpgv", ["--keyring", keyring, join(stable, "Release.gpg"), join(stable, "Release")]);
    await writeFile(join(cache, "forged"), "Origin: somebody else\n");
    await expect(
      run("gpgv", ["--keyring", keyring, join(stable, "Release.gpg"), join(cache, "forged")]),
    ).rejects.toThrow("BAD signature");
  });

  it("creates one folder for two callers, protects the key, and leaves no partial files", async () => {
    expect(both).toEqual([dir, dir]);
    const left = (await readdir(join(cache, "packages"))).sort();
    expect(left).toEqual([basename(dir), "signing-key.asc"].sort());
    expect((await stat(join(cache, "packages/signing-key.asc"))).mode & 0o777).toBe(0o600);
  });

  it("gives packages the modes and owners of the real ones", async () => {
    const bridge = await contents("jitsi-videobridge2_2.3-307-g5a9c1e7f-1");
    expect(bridge).toContain("-rwxr-xr-x root/root ./usr/share/jitsi-videobridge/jvb.sh");
    expect(bridge).toContain("-rw-r--r-- root/root ./etc/sysctl.d/20-jvb-udp-buffers.conf");
    expect(bridge).toContain(
      "-rw-r--r-- root/root ./lib/systemd/system/jitsi-videobridge2.service",
    );
    expect(bridge.filter((line) => line.includes("sip-communicator.properties"))).toEqual([]);
    const jicofo = await contents("jicofo_1.0-1189-1");
    expect(jicofo).toContain("-rwxr-xr-x root/root ./etc/init.d/jicofo");
    expect(jicofo.filter((line) => line.endsWith(".service"))).toEqual([]);
  });

  it("makes the metapackage depend on a bridge of its own version first", async () => {
    const field = (name: string): Promise<string> =>
      run("dpkg-deb", ["--field", deb("jitsi-meet_2.0.11031-1"), name]);
    expect((await field("Pre-Depends")).trim()).toBe("jitsi-videobridge2 (= 2.3-296-g1c04be2d-1)");
    expect(await field("Depends")).toContain("jicofo (= 1.0-1177-1)");
  });
});

describe("repositoryHash", () => {
  it("changes only with a source or with the key", async () => {
    const copy = join(cache, "sources");
    await cp(sourcesDir, copy, { recursive: true });
    const before = await repositoryHash("key", copy);
    expect(await repositoryHash("key", copy)).toBe(before);
    expect(await repositoryHash("other key", copy)).not.toBe(before);
    await writeFile(join(copy, "jicofo/DEBIAN/control"), "Package: jicofo\n");
    expect(await repositoryHash("key", copy)).not.toBe(before);
  });
});
