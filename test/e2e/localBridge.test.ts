import { setTimeout as sleep } from "node:timers/promises";
import type { ParticipantsReport, Room } from "../../packages/sandbox/src/participants";
import { listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { packageVersions } from "../../packages/sandbox/src/standIns/versions";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { goldenHosts, must, TestCluster } from "./harness";
import { Recordings } from "./recordings";
import {
  echoInPlace,
  endEchoInPlace,
  publicAddresses,
  relay,
  turnName,
  turnSecret,
} from "./turnRelay";
import { jicofoBridges } from "./wholeCluster";

/** Small beginnings: from one host to a bridge of its own and back, with people in a meeting all the time. */
describe("a cluster without bridge hosts", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start("local", goldenHosts);
    // A web host that is large enough to record.
    const sizes = { jvbCount: "0", webServerType: "cx43" };
    await cluster.configure({ ...demoConfig, ...sizes, drainTimeout: "60s" });
    await cluster.mustUp();
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  /** Names of the servers, without what makes them unique. */
  const servers = async (): Promise<string[]> =>
    (await listServers(cluster.sandbox))
      .map(({ name }) => name.replace(/-[0-9a-f]{7}$/, ""))
      .sort();

  /** Everything on the web host that a change of bridges leaves alone: processes by id and start, packages by version. */
  const webHost = (): Promise<string> =>
    cluster.mustOnHost(
      "web",
      `systemctl show -p Id,MainPID,ExecMainStartTimestampMonotonic nginx prosody jicofo
       dpkg-query -W -f '\${db:Status-Abbrev} \${Package} \${Version}\n' nginx 'jicofo*' 'jitsi-meet*' prosody
       stat -c '%n %U:%G %a' /var/log/jitsi/jicofo.log /var/lib/prosody/auth.*`,
    );

  interface Seen extends ParticipantsReport {
    readonly at: number;
  }
  /** Whether all of a room have a bridge that knows them. */
  const isMoved = ({ waiting, silent }: Room): boolean => waiting + silent === 0;
  const look = async (): Promise<Seen> => ({ ...(await cluster.people.list()), at: Date.now() });

  /** Runs `pulumi up` with this many bridges, and tells where people are, again and again until it ends. */
  const scaleTo = async (jvbCount: number): Promise<Seen[]> => {
    await cluster.configure({ jvbCount: jvbCount.toString() });
    const reports: Seen[] = [];
    let isOver = false;
    const watch = async (): Promise<void> => {
      while (!isOver) {
        reports.push(await look());
        await sleep(300);
      }
    };
    const watching = watch();
    const outcome = await cluster.up().finally(() => (isOver = true));
    await watching;
    must(`pulumi up with ${jvbCount.toString()} bridges`, outcome);
    console.log(`to ${jvbCount.toString()}: ${outcome.seconds.toFixed(1)} s`);
    // Who is being moved at the end of an `up` is there a moment later. nobodyLost judges how much later.
    const isSettled = async (): Promise<boolean> => {
      const now = await look();
      reports.push(now);
      return now.rooms.every(isMoved);
    };
    await waitUntil("everybody has a bridge", isSettled, 30_000, 300);
    return reports;
  };

  /** The bridges that people are on, in the order in which they were first seen there. */
  const places = (reports: readonly ParticipantsReport[]): string[] => [
    ...new Set(
      reports.flatMap(({ rooms }) => rooms.flatMap(({ bridges }) => Object.keys(bridges))),
    ),
  ];

  /** Whether nobody was cut, and nobody waited for longer than a move to a bridge without a conference takes. */
  const nobodyLost = (reports: readonly Seen[], people: number): void => {
    let since = Infinity;
    for (const { rooms, totals, at } of reports) {
      expect(totals.participants).toBe(people);
      expect(totals.cut).toBe(0);
      since = rooms.every(isMoved) ? Infinity : Math.min(since, at);
      expect(at - since).toBeLessThan(12_000);
    }
    expect(since).toBe(Infinity);
  };

  it("relays to the media of its own bridge, and to nothing else on the web host", async () => {
    const { ipv4, ipv6 } = await publicAddresses(cluster, "web");
    const secret = await turnSecret(cluster);
    await cluster.mustOnHost("web", echoInPlace);
    const ask = (options: object) =>
      relay(secret, { server: ipv4, port: 443, name: turnName, ...options });
    for (const way of [{ echo: [ipv4, 10_000] }, { family: 6, echo: [ipv6, 10_000] }]) {
      const { echo } = await ask(way);
      expect([echo?.refused, echo?.back]).toEqual([0, echo?.sent]);
    }
    // Where its own resolver listens.
    expect((await ask({ echo: [ipv4, 53] })).echo).toMatchObject({ back: 0 });
    const { permissions } = await ask({ permissions: ["127.0.0.1", "10.80.0.2"] });
    expect(Object.values(permissions)).toEqual([403, 403]);
    await cluster.mustOnHost("web", endEchoInPlace);
    await waitUntil(
      "the bridge is back",
      async () => (await jicofoBridges(cluster))[0]?.operational === true,
      60_000,
      1000,
    );
  }, 120_000);

  it("is one server that serves meetings", async () => {
    expect(await servers()).toEqual(["jitsi-web"]);
    const report = await cluster.people.join("board", 6);
    expect(report.bridges).toMatchObject([{ operational: true, draining: false, participants: 6 }]);
    expect(report.bridges[0]?.nickname).toMatch(/^jvb-local-\d+$/);
  });

  it("moves people to its first bridge host, and has no bridge of its own any more", async () => {
    const before = await webHost();
    const reports = await scaleTo(1);
    nobodyLost(reports, 6);
    expect(places(reports)).toEqual([
      expect.stringMatching(/^jvb-local-/),
      expect.stringMatching(/^jvb-\d+$/),
    ]);
    expect(reports.at(-1)?.bridges).toHaveLength(1);
    expect(await servers()).toEqual(["jitsi-jvb-0", "jitsi-web"]);
    expect(await webHost()).toBe(before);
    const left = "dpkg -s jitsi-videobridge2; ls -d /etc/jitsi/videobridge /var/log/jitsi/jvb.log";
    expect((await cluster.onHost("web", left)).stdout).toBe("");
  }, 180_000);

  it("takes them back to the web host before the bridge host goes", async () => {
    const before = await webHost();
    const reports = await scaleTo(0);
    nobodyLost(reports, 6);
    expect(places(reports.slice(-1))).toEqual([expect.stringMatching(/^jvb-local-/)]);
    expect(reports.at(-1)?.bridges).toHaveLength(1);
    expect(await servers()).toEqual(["jitsi-web"]);
    expect(await webHost()).toBe(before);
  }, 180_000);

  it("changes the version of its bridge with that of the web host, once it is empty", async () => {
    await cluster.people.leave("board");
    await cluster.configure({ jitsiVersion: packageVersions["jitsi-meet"][1] });
    await cluster.mustUp();
    const version = (name: string): Promise<string> =>
      cluster.mustOnHost("web", `dpkg-query -W -f '\${Version}' ${name}`);
    expect(await version("jicofo")).toBe(packageVersions.jicofo[1]);
    expect(await version("jitsi-videobridge2")).toBe(packageVersions["jitsi-videobridge2"][1]);
    const { bridges } = await cluster.people.list();
    expect(bridges).toMatchObject([{ operational: true, draining: false }]);
  }, 180_000);

  describe("that records", () => {
    let recordings: Recordings;
    let packages: readonly string[];
    beforeAll(async () => {
      recordings = new Recordings(cluster);
      packages = await installed();
    });

    /** All packages but kernels, which stay. */
    const installed = async (): Promise<string[]> => {
      const names = await cluster.mustOnHost("web", "dpkg-query -W -f '${Package}\n'");
      return names.split("\n").filter((name) => !name.startsWith("linux-image"));
    };
    const bootId = async (): Promise<string> =>
      (await cluster.onHost("web", "cat /proc/sys/kernel/random/boot_id")).stdout;

    it("asks for the reboot into a kernel with sound, and does not reboot the web host itself", async () => {
      const before = await webHost();
      await cluster.configure({ localRecorder: "true" });
      const { code, text } = await cluster.up();
      expect([code === 0, text]).toEqual([false, expect.stringContaining("at a quiet time, on ")]);
      expect([await webHost(), await recordings.hasButtons()]).toEqual([before, false]);
    }, 180_000);

    it("records on its one host after the reboot", async () => {
      const boot = await bootId();
      await cluster.onHost("web", "systemctl reboot");
      const isBack = async (): Promise<boolean> => ![boot, ""].includes(await bootId());
      await waitUntil("the web host is back", isBack, 60_000, 500);
      await cluster.mustUp();
      expect(await recordings.counts()).toEqual({ count: 1, available: 1 });
      expect(await recordings.hasButtons()).toBe(true);
      await cluster.people.join("board", 4);
      expect((await recordings.start("board")).recorder).toBe("local-recorder");
      await recordings.end("board", "web");
      expect((await recordings.filesOn("web")).size).toBe(1);
    }, 240_000);

    it("ends its recorder after the recording, and keeps the files and the meeting", async () => {
      const before = await webHost();
      const first = [...(await recordings.filesOn("web"))];
      // The name of a file has the second in which its recording began.
      await sleep(1_000);
      const { session } = await recordings.start("board");
      await cluster.configure({ localRecorder: "false" });
      const running = cluster.up();
      const areGone = async (): Promise<boolean> => !(await recordings.hasButtons());
      await waitUntil("the buttons are gone", areGone, 120_000, 500);
      expect((await recordings.view(session)).status).toBe("on");
      await cluster.people.stopRecording("board");
      const { seconds } = must("pulumi up without the recorder", await running);
      console.log(`localRecorder false with a recording: ${seconds.toFixed(1)} s`);
      const files = await recordings.filesOn("web");
      expect([files.size, [...files]]).toEqual([2, expect.arrayContaining(first)]);
      expect(await webHost()).toBe(before);
      const { totals } = await cluster.people.list();
      expect([totals.participants, totals.cut]).toEqual([4, 0]);
    }, 240_000);

    it("has nothing of the recorder but its files afterwards", async () => {
      expect(await installed()).toEqual(packages);
      const left =
        "ls -d /etc/jitsi/jibri /usr/local/bin/google-chrome /etc/systemd/system/jitsi-hetzner-{keep,upload,recorder}*; id jibri";
      expect((await cluster.onHost("web", left)).stdout).toBe("");
      const { code, text } = await cluster.tool("status");
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
    });

    it("can have its recorder again, without a reboot, and without it once more", async () => {
      const boot = await bootId();
      await cluster.configure({ localRecorder: "true" });
      await cluster.mustUp();
      expect(await recordings.counts()).toEqual({ count: 1, available: 1 });
      expect(await bootId()).toBe(boot);
      await cluster.configure({ localRecorder: "false" });
      await cluster.mustUp();
      expect(await recordings.counts()).toEqual({ count: 0, available: 0 });
      expect(await installed()).toEqual(packages);
    }, 400_000);
  });
});
