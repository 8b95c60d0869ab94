import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { packageVersions, type PackageName } from "../../packages/sandbox/src/standIns/versions";
import { isReachedDirectly, reachThroughBastion } from "./bastion";
import { TestCluster } from "./harness";

/** The versions of Jitsi over a cluster's life, and its end; this machine reaches its hosts through a bastion alone. The order matters. */
describe("a cluster with one bridge, behind a bastion", () => {
  let cluster: TestCluster;
  /** What the operator had before the first `up`. */
  let before: Record<string, string>;

  const inventory = async (): Promise<Record<string, string>> => {
    const kinds = ["server", "firewall", "network", "placement-group", "primary-ip", "ssh-key"];
    const listed: [string, string][] = [];
    for (const kind of kinds) {
      listed.push([kind, (await cluster.hcloud(kind, "list", "-o", "noheader")).stdout]);
    }
    return Object.fromEntries(listed);
  };

  beforeAll(async () => {
    cluster = await TestCluster.start("destroy");
    await cluster.configure({ ...demoConfig, jvbCount: "1" });
    await reachThroughBastion(cluster);
    before = await inventory();
    await cluster.mustUp();
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

  it("was brought up, and is asked how it is, through the bastion alone", async () => {
    for (const host of ["web", "jvb-0"]) {
      const { public_net: net } = await cluster.server(host);
      expect([host, await isReachedDirectly(net.ipv4?.ip ?? "")]).toEqual([host, false]);
    }
    expect((await cluster.outputs<{ sshCommands: object }>()).sshCommands).toEqual({
      web: expect.stringMatching(/^ssh -J root@\S+ root@\S+$/) as string,
      "jvb-0": expect.stringMatching(/^ssh -J root@\S+ root@\S+$/) as string,
    });
    const status = await cluster.tool("status");
    expect([status.code, status.text]).toEqual([0, expect.stringContaining("): as declared\n")]);
  });

  it("has the newest version of Jitsi, on all hosts the same", async () => {
    expect(await cluster.outputs()).toMatchObject({
      jitsiVersion: packageVersions["jitsi-meet"][0],
    });
    expect(await version("jvb-0", "jitsi-videobridge2")).toBe(newBridge);
  });

  it("changes its version on purpose, web host and bridge, and the time zone without a restart", async () => {
    const prosody = "systemctl show -p MainPID --value prosody";
    const before = await cluster.mustOnHost("web", prosody);
    await cluster.configure({ jitsiVersion: old, timezone: "Asia/Tokyo" });
    const changed = await cluster.mustUp();
    // The package stops jicofo at each configuration.
    expect(changed.text).toMatch(/changing to version \S+ of Jitsi/);
    expect(await cluster.mustOnHost("web", "systemctl is-active jicofo")).toBe("active");
    expect(await cluster.outputs()).toMatchObject({ jitsiVersion: old });
    expect(await version("web", "jicofo")).toBe(oldJicofo);
    expect(await version("jvb-0", "jitsi-videobridge2")).toBe(oldBridge);
    expect(await cluster.mustOnHost("jvb-0", "date +%Z; apt-mark showhold")).toBe(
      "JST\njitsi-videobridge2",
    );
    // Its plugins are the new version's from its next start on.
    expect(await cluster.mustOnHost("web", prosody)).not.toBe(before);
  }, 300_000);

  it("gives a bridge that comes later the version of the web host, not the newest", async () => {
    await cluster.mustPulumi("config", "rm", "jitsiVersion");
    await cluster.configure({ jvbCount: "2" });
    await cluster.mustUp();
    expect(await version("jvb-1", "jitsi-videobridge2")).toBe(oldBridge);
  }, 300_000);

  it("fails when prosody could not load a module that older releases named, and the command in the message repairs it", async () => {
    const config = `/etc/prosody/conf.avail/${demoConfig.domain}.cfg.lua`;
    await cluster.mustOnHost(
      "web",
      `sed -i '0,/"external_services";/s//"external_services";\\n        "av_moderation";/' ${config} && systemctl restart prosody`,
    );
    const broken = await cluster.tool("repair", "web", "--yes");
    expect(broken.code).not.toBe(0);
    expect(broken.text).toContain(
      `prosody runs without modules that are in its configuration: av_moderation on ${demoConfig.domain}\n`,
    );
    const command = /: on \S+: (sed .* && systemctl restart prosody);/.exec(broken.text)?.[1];
    await cluster.mustOnHost("web", command ?? "false");
    const repaired = await cluster.tool("repair", "web", "--yes");
    expect([repaired.code, repaired.text]).toEqual([0, expect.any(String)]);
  }, 300_000);

  it("refuses a repository whose key is another one, and says which and what to do", async () => {
    const right = cluster.sandbox.state.jitsi?.fingerprint ?? "";
    await cluster.configure({ jitsiAptKeyFingerprint: "0".repeat(40) });
    const refused = await cluster.up();
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain(`pulumi config set jitsiAptKeyFingerprint ${right}`);
    await cluster.configure({ jitsiAptKeyFingerprint: right });
    await cluster.mustUp();
  }, 300_000);

  it("leaves nothing in the API but what the operator had, once it is destroyed", async () => {
    const destroyed = await cluster.pulumi("destroy", "--yes");
    expect(destroyed.text).toMatch(/Resources:/);
    expect(destroyed.code).toBe(0);
    expect(Object.values(before).filter((list) => list !== "")).toHaveLength(3);
    expect(await inventory()).toEqual(before);
  }, 300_000);
});
