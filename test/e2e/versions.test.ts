import { repositoryConfig } from "../../sandbox/commands/demo";
import { packageVersions, type PackageName } from "../../sandbox/packages/versions";
import { TestCluster } from "./harness";

/** The versions of Jitsi over a cluster's life, and its end. The order matters. */
describe("a cluster with one bridge", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("destroy", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const version = (host: string, name: PackageName): Promise<string> =>
    cluster.mustOnHost(host, `dpkg-query -W -f '\${Version}' ${name}`);
  /** Versions of the stand-ins: the current one, and the one before. */
  const [, old] = packageVersions["jitsi-meet"];
  const [, oldJicofo] = packageVersions.jicofo;
  const [newBridge, oldBridge] = packageVersions["jitsi-videobridge2"];

  it("has the newest version of Jitsi, on all hosts the same", async () => {
    expect(await cluster.outputs()).toMatchObject({
      jitsiVersion: packageVersions["jitsi-meet"][0],
    });
    expect(await version("jvb-0", "jitsi-videobridge2")).toBe(newBridge);
  }, 30_000);

  it("changes its version on purpose, web host and bridge, and the time zone without a restart", async () => {
    const prosody = "systemctl show -p MainPID --value prosody";
    const before = await cluster.mustOnHost("web", prosody);
    await cluster.configure({ jitsiVersion: old, timezone: "Asia/Tokyo" });
    await cluster.mustUp();
    expect(await cluster.outputs()).toMatchObject({ jitsiVersion: old });
    expect(await version("web", "jicofo")).toBe(oldJicofo);
    expect(await version("jvb-0", "jitsi-videobridge2")).toBe(oldBridge);
    expect(await cluster.mustOnHost("jvb-0", "date +%Z; apt-mark showhold")).toBe(
      "JST\njitsi-videobridge2",
    );
    expect(await cluster.mustOnHost("web", prosody)).toBe(before);
  }, 300_000);

  it("gives a bridge that comes later the version of the web host, not the newest", async () => {
    await cluster.mustPulumi("config", "rm", "jitsiVersion");
    await cluster.configure({ jvbCount: "2" });
    await cluster.mustUp();
    expect(await version("jvb-1", "jitsi-videobridge2")).toBe(oldBridge);
  }, 300_000);

  it("refuses a repository whose key is another one, and says which and what to do", async () => {
    const { jitsiAptKeyFingerprint: right = "" } = await repositoryConfig();
    await cluster.configure({ jitsiAptKeyFingerprint: "0".repeat(40) });
    const refused = await cluster.up();
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain(`pulumi config set jitsiAptKeyFingerprint ${right}`);
    await cluster.configure({ jitsiAptKeyFingerprint: right });
    await cluster.mustUp();
  }, 300_000);

  it("leaves nothing in the API but the operator's zone, once it is destroyed", async () => {
    const destroyed = await cluster.pulumi("destroy", "--yes");
    expect(destroyed.text).toMatch(/Resources:/);
    expect(destroyed.code).toBe(0);
    for (const kind of [
      "server",
      "firewall",
      "network",
      "placement-group",
      "primary-ip",
      "ssh-key",
    ]) {
      expect([kind, (await cluster.hcloud(kind, "list", "-o", "noheader")).stdout]).toEqual([
        kind,
        "",
      ]);
    }
  }, 300_000);
});
