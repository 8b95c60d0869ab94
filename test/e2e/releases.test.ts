import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { packageVersions } from "../../packages/sandbox/src/standIns/versions";
import { TestCluster } from "./harness";
import {
  echoServer,
  endEchoServer,
  holdRelay,
  publicAddresses,
  relay,
  renewByHand,
  turnName,
  turnSecret,
} from "./turnRelay";
import { untilClusterIs } from "./wholeCluster";

/** A cluster of before Debian 13 was the default: its web host stays on Debian 12, bridges with Debian 13 come beside it. The order matters. */
describe("a cluster with Debian 12", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start("releases");
    await cluster.configure({ ...demoConfig, jvbCount: "1", image: "debian-12" });
    await cluster.mustUp();
  }, 900_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const release = (host: string): Promise<string> =>
    cluster.mustOnHost(host, ". /etc/os-release; echo $VERSION_ID");
  const inRange = packageVersions["jitsi-meet"][2];
  const onlyJava17 = packageVersions["jitsi-meet"][3];

  it("comes up, and is as declared", async () => {
    expect([await release("web"), await release("jvb-0")]).toEqual(["12", "12"]);
    await untilClusterIs(cluster, 1);
    const status = await cluster.tool("status");
    expect([status.code, status.text]).toEqual([0, expect.stringContaining("): as declared\n")]);
  }, 120_000);

  it("has a certificate and a TURN server, and a renewal cuts no relay and no participant", async () => {
    const [web, bridge] = [
      await publicAddresses(cluster, "web"),
      await publicAddresses(cluster, "jvb-0"),
    ];
    const secret = await turnSecret(cluster);
    await cluster.mustOnHost("jvb-0", echoServer);
    const room = await cluster.people.join("lesson", 6);
    const way = {
      server: web.ipv4,
      port: 443,
      name: turnName,
      echo: [bridge.ipv4, 10_000],
    } as const;
    const held = await holdRelay(secret, { ...way, seconds: 30 });
    // certbot 2 would renew 30 days before the end, whatever the lifetime is.
    expect(
      await cluster.mustOnHost(
        "web",
        `certbot --version; grep renew_before_expiry /etc/letsencrypt/renewal/${demoConfig.domain}.conf
         ${renewByHand}; jitsi-hetzner certificate --tend`,
      ),
    ).toMatch(/^certbot 2\.\d+\.\d+\nrenew_before_expiry = 43199 minutes/);
    const { certificate } = await relay(secret, { ...way, seconds: 1 });
    const before = await held.end();
    expect(before.echo).toMatchObject({ refused: 0, back: before.echo?.sent });
    expect(certificate).not.toBe(before.certificate);
    expect((await cluster.people.list()).totals).toEqual(room.totals);
    await cluster.people.leave("lesson");
    await cluster.mustOnHost("jvb-0", endEchoServer);
  }, 180_000);

  it("refuses a version of Jitsi that needs prosody 13, and changes nothing", async () => {
    const installed =
      "dpkg-query -W jicofo 'jitsi-*' prosody; systemctl show -p MainPID jicofo prosody";
    const before = await cluster.mustOnHost("web", installed);
    await cluster.configure({ jitsiVersion: inRange });
    const { code, text } = await cluster.up();
    expect(code).not.toBe(0);
    expect(text).toContain(
      `version ${inRange} of Jitsi does not run on a web host with Debian 12: it needs prosody 13, and Debian 12 has prosody 0.12. Choose 2.0.11146 or newer: pulumi config set jitsiVersion VERSION`,
    );
    expect(text).toContain(`version ${inRange} of Jitsi is refused; nothing was changed`);
    expect(await cluster.mustOnHost("web", installed)).toBe(before);
    await cluster.mustPulumi("config", "rm", "jitsiVersion");
  }, 300_000);

  it("gets a bridge with Debian 13 beside it; the preview names the hosts that keep Debian 12", async () => {
    await cluster.people.join("board", 6);
    const before = await cluster.mustOnHost(
      "jvb-0",
      "systemctl show -p MainPID jitsi-videobridge2",
    );
    await cluster.mustPulumi("config", "rm", "image");
    await cluster.configure({ jvbCount: "2" });
    const preview = await cluster.mustPulumi("preview");
    expect(preview.text).toContain(
      "web, jvb-0 keep debian-12, new servers get debian-13. To order debian-12 for new servers too: pulumi config set image debian-12",
    );
    expect(preview.text).not.toMatch(/Server jitsi-(web|jvb-0) .*replace/);
    await cluster.mustUp();
    expect(await Promise.all(["web", "jvb-0", "jvb-1"].map(release))).toEqual(["12", "12", "13"]);
    expect(await cluster.mustOnHost("jvb-0", "systemctl show -p MainPID jitsi-videobridge2")).toBe(
      before,
    );
    await untilClusterIs(cluster, 2);
  }, 300_000);

  it("refuses on a host with Debian 13 a version that needs Java 17", async () => {
    const { code, text } = await cluster.onHost(
      "jvb-1",
      `/usr/local/sbin/jitsi-hetzner-install check ${onlyJava17}`,
    );
    expect([code, text]).toEqual([
      1,
      expect.stringContaining(`version ${onlyJava17} of Jitsi does not run on Debian 13`),
    ]);
  });

  it("rolls its bridge to Debian 13 without a cut: the one with Debian 12 is drained", async () => {
    const { totals } = await cluster.people.list();
    const roll = await cluster.tool("roll", "--yes");
    expect([roll.code, roll.text]).toEqual([
      0,
      expect.stringContaining("All bridges are up to date."),
    ]);
    expect(await Promise.all(["web", "jvb-0", "jvb-1"].map(release))).toEqual(["12", "13", "13"]);
    await untilClusterIs(cluster, 2);
    const after = await cluster.people.list();
    expect(after.totals).toMatchObject({ participants: totals.participants, cut: totals.cut });
  }, 600_000);
});
