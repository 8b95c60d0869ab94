import type { ParticipantsReport } from "../../packages/sandbox/src/participants";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { goldenHosts, TestCluster, type Outcome } from "./harness";
import { interruptUp, repairState } from "./interruption";
import { untilClusterIs } from "./wholeCluster";

/** The line of a drain that waits; it has the process that `kill` ends. */
const drainBegins = /kill (\d+) on meet ends this step; .*participants left: /;

/** Bridges join and leave while people talk. The order matters: each case starts where the last one ended. */
describe("a cluster that is scaled while people talk", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start("scale", goldenHosts);
    await cluster.configure({ ...demoConfig, drainTimeout: "5s" });
    await cluster.mustUp();
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const scaleTo = async (jvbCount: number): Promise<Outcome> => {
    await cluster.configure({ jvbCount: jvbCount.toString() });
    return cluster.up();
  };
  const people = (): Promise<ParticipantsReport> => cluster.people.list();
  const on = (report: ParticipantsReport, nickname: string): number =>
    report.bridges.find((bridge) => bridge.nickname === nickname)?.participants ?? 0;
  const nickname = async (name: string): Promise<string> =>
    `jvb-${(await cluster.server(name)).id.toString()}`;
  const untilSettled = (): Promise<void> =>
    waitUntil(
      "everybody has a bridge",
      async () => (await people()).rooms.every(({ waiting, silent }) => waiting + silent === 0),
      60_000,
      200,
    );
  /** People whom the bridge's own program counts. */
  const carried = async (name: string): Promise<number> =>
    Number(
      await cluster.mustOnHost(
        name,
        `host=$(hocon -f /etc/jitsi/videobridge/jvb.conf get videobridge.http-servers.private.host | tr -d '"')
         curl -fsS -H 'Accept: text/plain' "http://$host:8080/metrics" | awk '/^jitsi_jvb_local_endpoints / { printf "%d", $2 }'`,
      ),
    );
  let rooms = 0;
  /** jicofo chooses where people go, anew when it restarts: rooms are opened until some are on this bridge. */
  const peopleOn = async (name: string): Promise<{ before: ParticipantsReport; count: number }> => {
    const bridge = await nickname(name);
    // Who still waits for a bridge may come to this one after it was counted.
    await untilSettled();
    // For a while a bridge also counts the conference that a restarted jicofo has forgotten.
    const bridgeAgrees = async () => (await carried(name)) === on(await people(), bridge);
    await waitUntil(`${name} counts those whom jicofo counts there`, bridgeAgrees, 120_000, 500);
    for (let tries = 0; tries < 20; tries++) {
      const before = await people();
      const count = on(before, bridge);
      if (count > 0) return { before, count };
      await cluster.people.join(`room-${(rooms++).toString()}`, 3);
    }
    throw new Error(`jicofo sends nobody to ${name}`);
  };
  const logins = (host: string): Promise<string> =>
    cluster.mustOnHost(host, "journalctl -u ssh --no-pager | grep -c 'Accepted publickey'");
  const starts = (): Promise<string> =>
    cluster.mustOnHost(
      "web",
      "systemctl show -p ActiveEnterTimestampMonotonic --value nginx prosody jicofo",
    );
  /** So that people stay where they are: jicofo answers a request to move them with 404. */
  const breakMoving = async (): Promise<void> => {
    await cluster.mustOnHost(
      "web",
      "hocon -f /etc/jitsi/jicofo/jicofo.conf set jicofo.rest.move-endpoints.enabled false && systemctl restart jicofo",
    );
    await untilClusterIs(cluster, 2);
  };
  const row = (
    what: string,
    before: ParticipantsReport,
    after: ParticipantsReport,
    seconds: number,
  ): void => {
    const { moved, cut } = after.totals;
    console.log(
      `${what}: ${before.totals.participants} people before, ${after.totals.participants} after; moved ${moved - before.totals.moved}, cut ${cut - before.totals.cut}; up took ${seconds.toFixed(0)} s`,
    );
  };

  /** Kills the bridge's program, which systemd starts again; how many are cut, and where the others are then. */
  const expectTakenOff = async (name: string, before = ""): Promise<void> => {
    const { before: report, count } = await peopleOn(name);
    await cluster.mustOnHost(name, `${before} systemctl kill -s KILL jitsi-videobridge2`);
    // Less than the 15 s for which prosody would keep it, and than the 30 s after which pages complain.
    const areCut = async () => (await people()).totals.cut === report.totals.cut + count;
    await waitUntil(`jicofo takes ${count.toString()} people off ${name}`, areCut, 14_000, 200);
    await untilSettled();
    expect((await people()).totals.participants).toBe(report.totals.participants);
    await untilClusterIs(cluster, 2);
  };

  it("takes people off a bridge whose program was killed and is back at once", async () => {
    await expectTakenOff("jvb-0");
  }, 300_000);

  it("takes people off a bridge that is back after a crash which closed no connection", async () => {
    // Of the old connection nothing arrives any more, not even its end.
    const cutOff = `old=$(ss -Htn dport = :5222 | awk '{ sub(/.*:/, "", $4); print $4 }')
      nft "add table inet fault; add chain inet fault out { type filter hook output priority -10; }"
      nft add rule inet fault out tcp sport "$old" drop;`;
    await expectTakenOff("jvb-1", cutOff);
    await cluster.mustOnHost("jvb-1", "nft delete table inet fault");
  }, 300_000);

  it("grows from 2 to 4 with nobody noticing: no session on the old bridges, no restart", async () => {
    await cluster.people.join("board", 12);
    await cluster.people.join("lesson", 5);
    const before = [await logins("jvb-0"), await logins("jvb-1"), await starts()];
    const report = await people();
    expect((await scaleTo(4)).code).toBe(0);
    expect([await logins("jvb-0"), await logins("jvb-1"), await starts()]).toEqual(before);
    expect((await people()).rooms).toEqual(report.rooms);
    await untilClusterIs(cluster, 4);
  }, 300_000);

  it("lets a frozen bridge go without hanging, and cuts nobody who is elsewhere", async () => {
    for (const room of ["a", "b", "c", "d"]) await cluster.people.join(room, 4);
    const frozen = await nickname("jvb-3");
    for (const { room, bridges } of (await people()).rooms) {
      if (frozen in bridges) await cluster.people.leave(room);
    }
    const before = await people();
    await cluster.command("fault", "host", "jvb-3", "freeze");
    const { code, text, seconds } = await scaleTo(3);
    expect([code, text]).toEqual([0, expect.stringContaining("jvb-3 is dead")]);
    row("dead bridge, 4 -> 3", before, await people(), seconds);
    expect((await people()).totals.cut).toBe(before.totals.cut);
  }, 300_000);

  it("shrinks to 2 without a cut: people are moved to the bridges that stay", async () => {
    // A bridge counts its participants every 5 s: a shorter drain ends before it has heard that they have left.
    await cluster.configure({ drainTimeout: "60s" });
    const { before, count } = await peopleOn("jvb-2");
    const { code, text, seconds } = await scaleTo(2);
    expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
    expect(text).toContain(`jicofo moves participants to other bridges: ${count}`);
    const after = await people();
    row("people on the leaving bridge, 3 -> 2", before, after, seconds);
    expect(after.totals).toMatchObject({
      cut: before.totals.cut,
      participants: before.totals.participants,
    });
    await untilClusterIs(cluster, 2);
  }, 300_000);

  it("gives up loudly when people cannot be moved, with the bridge in service and nobody cut", async () => {
    await breakMoving();
    await cluster.configure({ drainTimeout: "5s" });
    const { before, count } = await peopleOn("jvb-1");
    const { code, text, seconds } = await scaleTo(1);
    expect(code).not.toBe(0);
    expect(text).toContain("jicofo could not move participants off jvb-1");
    expect(text).toContain(`participants on jvb-1 after 5 s: ${count}; it goes back`);
    row("drainTimeout reached, 2 -> 1", before, await people(), seconds);
    expect(await people()).toMatchObject({ totals: before.totals });
    await untilClusterIs(cluster, 2);
  }, 300_000);

  it("waits for a drain at Ctrl-C; the command that the drain names ends it, and no participant is cut", async () => {
    await cluster.configure({ drainTimeout: "10m" });
    const { before } = await peopleOn("jvb-1");
    await cluster.configure({ jvbCount: "1" });
    const { text } = await interruptUp(cluster, "SIGINT", drainBegins, async (waiting) => {
      const [, process = ""] = drainBegins.exec(waiting.text) ?? [];
      await cluster.mustOnHost("web", `kill ${process}`);
    });
    expect(text).toContain("drain failed on meet: a signal ended this step on the host");
    expect(text).toContain("jvb-1 is back in service");
    expect((await scaleTo(2)).code).toBe(0);
    await untilClusterIs(cluster, 2);
    expect((await people()).totals).toEqual(before.totals);
  }, 300_000);

  it("leaves no lock after a second Ctrl-C in a drain, and comes back when it is set back", async () => {
    const { before } = await peopleOn("jvb-1");
    await cluster.configure({ jvbCount: "1" });
    const { seconds } = await interruptUp(cluster, "SIGINT", drainBegins, ({ again }) => again());
    console.log(`second Ctrl-C: pulumi up ended ${seconds.toFixed(0)} s later`);
    expect((await scaleTo(2)).code).toBe(0);
    await untilClusterIs(cluster, 2);
    expect((await people()).totals).toEqual(before.totals);
  }, 300_000);

  it("removes nothing while jicofo is down", async () => {
    await cluster.mustOnHost("web", "systemctl stop jicofo");
    const { code, text, seconds } = await scaleTo(1);
    await cluster.mustOnHost("web", "systemctl restart jicofo");
    expect(code).not.toBe(0);
    expect(text).toContain("it is unknown where participants are, so nothing is removed");
    console.log(`jicofo down, 2 -> 1: up failed after ${seconds.toFixed(0)} s`);
    await untilClusterIs(cluster, 2);
  }, 300_000);

  it("cuts people off with forceDrain alone, and says how many", async () => {
    const { before, count } = await peopleOn("jvb-1");
    await cluster.configure({ drainTimeout: "5s", forceDrain: "true" });
    const { code, text, seconds } = await cluster.up();
    expect(code).toBe(0);
    expect(text).toContain(`forceDrain, after 5 s: participants cut off on jvb-1: ${count}`);
    const after = await people();
    row("drainTimeout reached with forceDrain, 2 -> 1", before, after, seconds);
    // Its program says good-bye before it ends: jicofo brings to the other bridge whom it can while the old one still works.
    const happened = ({ totals }: ParticipantsReport): number => totals.moved + totals.cut;
    expect(happened(after) - happened(before)).toBe(count);
    expect(after.totals.participants).toBe(before.totals.participants);
    await untilClusterIs(cluster, 1);
  }, 300_000);

  it("has one server for a bridge whose creation was killed", async () => {
    await cluster.configure({ jvbCount: "2" });
    await interruptUp(cluster, "SIGKILL", /Server jitsi-jvb-1 creating/);
    await repairState(cluster);
    expect((await cluster.up()).code).toBe(0);
    await untilClusterIs(cluster, 2);
  }, 300_000);
});
