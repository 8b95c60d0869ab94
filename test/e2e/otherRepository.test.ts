import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { parsePackages } from "../../packages/sandbox/src/jitsi/packageList";
import type { PackageName } from "../../packages/sandbox/src/standIns/versions";
import { cacheDir } from "../../packages/toolchain/src/cacheDir";
import {
  buildRepository,
  OtherRepository,
  otherVersions,
} from "../../packages/sandbox/test/support/otherRepository";
import { TestCluster } from "./harness";

/** Packages of another version and with another key, from a repository that the test serves. The order matters. */
describe("a cluster with packages of another repository", () => {
  let dir: string;
  let fingerprint: string;
  let repository: OtherRepository;
  let cluster: TestCluster;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "jh-other-"));
    fingerprint = await buildRepository(join(dir, "repository"));
    repository = await new OtherRepository(join(dir, "repository")).serve();
    const jitsi = { kind: "url", url: repository.url, key: fingerprint } as const;
    cluster = await TestCluster.start("other", { hosts: "nspawn", jitsi });
    await cluster.configure({ ...demoConfig, jvbCount: "1" });
    await cluster.mustUp();
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
    await repository.stop();
    // What the cache keeps of it is of no use to another run.
    const lists = cacheDir("jitsi", "lists", encodeURIComponent(repository.url));
    await rm(lists, { recursive: true, force: true });
    const index = await readFile(join(repository.dir, "stable/Packages"), "utf8");
    for (const { sha256 } of parsePackages(index)) {
      await rm(cacheDir("jitsi", "packages", `${sha256}.deb`), { force: true });
    }
    await rm(dir, { recursive: true });
  }, 120_000);

  const [version, older] = otherVersions["jitsi-meet"];
  const installed = (host: string, name: PackageName): Promise<string> =>
    cluster.mustOnHost(host, `dpkg-query -W -f '\${Version}' ${name}`);

  it("has its version on all hosts, which verified its key", async () => {
    expect(await cluster.outputs()).toMatchObject({ jitsiVersion: version });
    expect(await installed("web", "jicofo")).toBe(otherVersions.jicofo[0]);
    expect(await installed("jvb-0", "jitsi-videobridge2")).toBe(
      otherVersions["jitsi-videobridge2"][0],
    );
    const record = await cluster.mustOnHost("jvb-0", "cat /var/lib/jitsi-hetzner/repository");
    expect(record).toBe(`https://download.jitsi.org ${fingerprint}`);
    const status = await cluster.command("status");
    expect(status.stdout).toContain(
      `Jitsi's packages: version ${version ?? ""} of ${repository.url} (--jitsi URL)\n`,
    );
  });

  it("keeps it: another kind needs `down`", async () => {
    const up = await cluster.command("up", "--jitsi", "stand-in");
    expect([up.code, up.stderr]).toEqual([
      1,
      expect.stringContaining(
        `was started with --jitsi ${repository.url}, not with --jitsi stand-in; stop it first`,
      ),
    ]);
  });

  it("says in the error of `up` why a package cannot be had, and goes on when it can", async () => {
    repository.fault = (request, response) => {
      if (!(request.url ?? "").includes(otherVersions.jicofo[1] ?? "")) return false;
      response.destroy();
      return true;
    };
    await cluster.configure({ jitsiVersion: older ?? "" });
    const failed = await cluster.up();
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain(
      `502  jicofo ${otherVersions.jicofo[1] ?? ""} could not be downloaded from ${repository.url}: it closed the connection in the middle.`,
    );
    expect(await installed("web", "jicofo")).toBe(otherVersions.jicofo[0]);
    repository.fault = undefined;
    await cluster.mustUp();
    expect(await installed("web", "jicofo")).toBe(otherVersions.jicofo[1]);
  }, 400_000);

  it("needs the repository no more: a bridge that is added later has the version of the web host", async () => {
    await repository.stop();
    await cluster.configure({ jvbCount: "2" });
    await cluster.mustUp();
    expect(await installed("jvb-1", "jitsi-videobridge2")).toBe(
      otherVersions["jitsi-videobridge2"][1],
    );
  }, 300_000);
});
