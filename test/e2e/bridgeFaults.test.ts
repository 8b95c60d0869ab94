import { setTimeout as sleep } from "node:timers/promises";
import type { ParticipantsReport } from "../../packages/sandbox/src/participants";
import { expectNamedThenHealed, growThrough, untilServer } from "./brokenBridge";
import { goldenHosts, TestCluster } from "./harness";
import { jicofoBridges } from "./wholeCluster";

/**
 * Bridges that are broken before their first acceptance: `up` fails and says which and why; once the cause is gone,
 * the next `up` is green.
 */
describe("a bridge broken before its first acceptance", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("bridge-faults", 1, goldenHosts);
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

  it("is repaired by the tool that status names where jicofo has lost it, or is told what is in the way", async () => {
    const repair = () => cluster.tool("repair", "1", "--yes");
    const status = () => cluster.tool("status");
    const address = await cluster.mustOnHost(
      "jvb-1",
      'ip -4 -o address show enp7s0 | awk \'{ sub("/.*", "", $4); print $4 }\'',
    );
    await cluster.mustOnHost(
      "web",
      "nft 'add table inet fault; add chain inet fault in { type filter hook input priority -10; }; " +
        `add rule inet fault in ip saddr ${address} tcp dport 5222 drop'`,
    );
    // A question to jicofo costs next to nothing, and one of the tool four seconds of CPU.
    const nickname = `jvb-${(await cluster.server("jvb-1")).id}`;
    await until("jicofo has lost it", async () =>
      (await jicofoBridges(cluster)).every((one) => one.nickname !== nickname || !one.operational),
    );
    await until("status sends to repair", async () =>
      (await status()).text.includes("npm run repair -- 1"),
    );
    const blocked = await repair();
    expect(blocked.code).toBe(1);
    expect(blocked.text).toMatch(/jicofo cannot use jvb-1 \(not .*\): it restarts/);
    expect(blocked.text).toMatch(/failed on jvb-1: .*cannot reach port 5222 of the web host /);
    await cluster.mustOnHost("web", "nft delete table inet fault");

    await cluster.mustOnHost(
      "jvb-1",
      "rm /usr/local/share/ca-certificates/auth.*.crt; update-ca-certificates --fresh >/dev/null 2>&1; " +
        "systemctl restart jitsi-videobridge2",
    );
    const repaired = await repair();
    expect([repaired.code, repaired.code === 0 ? "" : repaired.text]).toEqual([0, ""]);
    expect((await status()).text).not.toContain("npm run repair");
  }, 900_000);

  it("is left by its participants, whom it carries by its public address, before it goes", async () => {
    const { id } = await cluster.server("jvb-3");
    const count = (report: ParticipantsReport): number =>
      report.bridges.find(({ nickname }) => nickname === `jvb-${id}`)?.participants ?? 0;
    let before = await cluster.people.list();
    // jicofo goes by the load, which is that of a busy machine.
    for (let room = 0; room < 30 && (room < 8 || count(before) === 0); room++) {
      before = await cluster.people.join(`room-${room.toString()}`, 3);
    }
    expect(count(before)).toBeGreaterThan(0);
    await cluster.command("fault", "host", "jvb-3", "no-address");
    await cluster.configure({ jvbCount: "3" });
    const { code, text } = await cluster.up();
    expect([code, text]).toEqual([0, expect.stringContaining("jvb-3 is dead: it does not answer")]);
    expect(text).toContain(`jicofo moves participants to other bridges: ${count(before)}`);
    expect(text).toContain("jvb-3 does not answer, and jicofo has no participants on it");
    const { totals } = await cluster.people.list();
    const { cut, participants } = before.totals;
    expect(totals).toMatchObject({ cut, participants });
  }, 600_000);
});

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await condition()) return;
    await sleep(3000);
  }
  throw new Error(`waited in vain until ${what}`);
}
