import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../sandbox/client";
import { TestCluster, type Outcome } from "./harness";

/**
 * A bridge that is broken before its first acceptance: `up` fails and says which and why; once the
 * cause is gone, the next `up` is green. Each case adds one bridge to a healthy cluster.
 */
describe("a bridge broken before its first acceptance", () => {
  let cluster: TestCluster;
  let bridges = 1;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("faults", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  /** Adds a bridge while a fault is in place, then again without it. */
  async function growThrough(fault: {
    add: () => Promise<void>;
    remove: () => Promise<void>;
  }): Promise<{
    bridge: string;
    failed: Outcome;
    healed: Outcome;
  }> {
    const bridge = `jvb-${bridges.toString()}`;
    bridges += 1;
    await cluster.configure({ jvbCount: bridges.toString() });
    await fault.add();
    const failed = await cluster.up();
    await fault.remove();
    const healed = await cluster.up();
    return { bridge, failed, healed };
  }

  function expectNamedThenHealed(
    { bridge, failed, healed }: Awaited<ReturnType<typeof growThrough>>,
    cause: RegExp,
  ): void {
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain(bridge);
    expect(failed.text).toMatch(cause);
    // The end of the bridge's own log stands in the error.
    expect(failed.text).toContain("/var/log/jitsi/jvb.log");
    expect(healed.text).not.toContain("error:");
    expect(healed.code).toBe(0);
  }

  it("is named when port 5222 is blocked, and joins once it is open", async () => {
    const result = await growThrough({
      add: async () => {
        await cluster.mustOnHost(
          "web",
          "nft 'add table inet fault; add chain inet fault in { type filter hook input priority -10; }; " +
            "add rule inet fault in iifname enp7s0 tcp dport 5222 ct state new drop'",
        );
      },
      remove: async () => {
        await cluster.mustOnHost("web", "nft delete table inet fault");
      },
    });
    expectNamedThenHealed(result, /5222/);
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
    const result = await growThrough({
      add: () => setPassword("another"),
      remove: () => setPassword(secret),
    });
    expectNamedThenHealed(result, /password|secret/i);
  }, 600_000);

  it("is named when its service dies, and joins once it lives", async () => {
    const name = `jvb-${bridges.toString()}`;
    const dropIn = "/etc/systemd/system/jitsi-videobridge2.service.d";
    const result = await growThrough({
      add: () => {
        // As soon as the new host is there, before its packages are.
        void untilServer(cluster, name).then(() =>
          cluster.mustOnHost(
            name,
            `mkdir -p ${dropIn} && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > ${dropIn}/broken.conf && systemctl daemon-reload`,
          ),
        );
        return Promise.resolve();
      },
      remove: async () => {
        await cluster.mustOnHost(name, `rm -r ${dropIn} && systemctl daemon-reload`);
      },
    });
    expect(result.failed.code).not.toBe(0);
    expect(result.failed.text).toContain(name);
    expect(result.failed.text).toMatch(/jitsi-videobridge2/);
    expect(result.healed.code).toBe(0);
  }, 600_000);

  it("refuses a web host with another XMPP certificate, and says so", async () => {
    const certificate = "/var/lib/prosody/auth.meet.example.test.crt";
    const key = "/var/lib/prosody/auth.meet.example.test.key";
    const restart = "systemctl restart prosody";
    const result = await growThrough({
      add: async () => {
        await cluster.mustOnHost(
          "web",
          `cp -pL ${certificate} /root/crt; cp -pL ${key} /root/key; ` +
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=auth.meet.example.test " +
            "-addext subjectAltName=DNS:auth.meet.example.test -keyout /root/k2 -out /root/c2 2>/dev/null; " +
            `cat /root/c2 > ${certificate}; cat /root/k2 > ${key}; ${restart}`,
        );
      },
      remove: async () => {
        await cluster.mustOnHost(
          "web",
          `cat /root/crt > ${certificate}; cat /root/key > ${key}; ${restart}`,
        );
      },
    });
    expectNamedThenHealed(result, /certificate/i);
  }, 600_000);

  it("refuses two hosts swapped behind their addresses (wrong SSH host key), and says so", async () => {
    const undo = await cluster.swapAddresses("web", "jvb-0");
    const refused = await cluster.up("--replace", "**jitsi-jvb-0-files");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/host key/i);
    await undo();
    expect((await cluster.up()).code).toBe(0);
  }, 600_000);
});

/** Waits until the API has a running server whose name contains `name`. */
async function untilServer(cluster: TestCluster, name: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const servers = await listServers(cluster.sandbox);
    if (servers.some((s) => s.name.includes(name) && s.status === "running")) return;
    await sleep(200);
  }
  throw new Error(`no server ${name} came up`);
}
