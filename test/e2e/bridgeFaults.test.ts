import { expectNamedThenHealed, growThrough, untilServer } from "./brokenBridge";
import { TestCluster } from "./harness";

/**
 * Bridges that are broken before their first acceptance: `up` fails and says which and why; once the cause is gone,
 * the next `up` is green.
 */
describe("a bridge broken before its first acceptance", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("bridge-faults", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  it("is named when port 5222 is blocked, beside one whose service dies; both join afterwards", async () => {
    const dropIn = "/etc/systemd/system/jitsi-videobridge2.service.d";
    const breakService = async (): Promise<void> => {
      // As soon as the new host is there, before its packages are.
      await untilServer(cluster, "jvb-2");
      await cluster.mustOnHost(
        "jvb-2",
        `mkdir -p ${dropIn} && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > ${dropIn}/broken.conf && systemctl daemon-reload`,
      );
    };
    let broken: Promise<void> = Promise.resolve();
    const result = await growThrough(cluster, 3, {
      add: async () => {
        await cluster.mustOnHost(
          "web",
          "nft 'add table inet fault; add chain inet fault in { type filter hook input priority -10; }; " +
            "add rule inet fault in iifname enp7s0 tcp dport 5222 ct state new drop'",
        );
        broken = breakService();
      },
      remove: async () => {
        await broken;
        await cluster.mustOnHost("web", "nft delete table inet fault");
        await cluster.mustOnHost("jvb-2", `rm -r ${dropIn} && systemctl daemon-reload`);
      },
    });
    expectNamedThenHealed(result, "jvb-1", /5222/);
    expect(result.failed.text).toMatch(/failed on jvb-2: .*jitsi-videobridge2/);
  }, 600_000);

  it("is named when the web host has another XMPP password, and joins once it is right", async () => {
    const secret = await cluster.mustOnHost(
      "jvb-0",
      "sed -n 's/^.*shard.PASSWORD=//p' /etc/jitsi/videobridge/sip-communicator.properties",
    );
    const setPassword = async (password: string): Promise<void> => {
      await cluster.mustOnHost(
        "web",
        `printf '%s\\n%s\\n' '${password}' '${password}' | prosodyctl passwd jvb@auth.meet.example.test`,
      );
    };
    const result = await growThrough(cluster, 4, {
      add: () => setPassword("another"),
      remove: () => setPassword(secret),
    });
    expectNamedThenHealed(result, "jvb-3", /password|secret/i);
  }, 600_000);
});
