import { setTimeout as sleep } from "node:timers/promises";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storageStatus } from "../../packages/sandbox/src/commands/storage";
import { kernelRelease } from "../../packages/sandbox/src/debianStandIns/build";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import {
  answers,
  asOperator,
  authorizeDeployment,
  declareNodes,
  entryOf,
  joinOn,
  nodeBridge,
  untilForwarded,
  untilInService,
  untilSent,
  type NodeEntry,
} from "./existingNodes";
import { goldenHosts, must, TestCluster, type Outcome } from "./harness";
import { interruptUp, repairState } from "./interruption";
import { differences, snapshotOf, type MachineSnapshot } from "./machineSnapshot";
import {
  endRecording,
  recordingOf,
  startRecording,
  storedOf,
  untilRecorderIsThere,
  uploadAll,
} from "./nodeRecording";
import { documentedOnMachines, findMachineSecrets } from "./nodeSecrets";
import { scanMachine, type MachinePorts } from "./portScan";

/** The port of prosody for bridges and recorders. */
const xmpp = 5222;

const standardKernel = kernelRelease("trixie", "amd64");

type Ports = Record<"ipv4" | "ipv6", MachinePorts>;

/**
 * Existing machines join a cluster, are used and leave it. The order matters: each case begins where the last one ended.
 */
describe("machines that Hetzner Cloud did not make", () => {
  let cluster: TestCluster;
  /** root at port 2222, of another provider, with a packet filter of its own: a bridge. */
  let berlin: MachineView;
  /** A user with sudo: a recorder. */
  let paris: MachineView;
  /** Machines that do not fit, by what is wrong with them. */
  let unfit: Record<"busy" | "powerless" | "foreign" | "used", MachineView>;
  const before = new Map<string, MachineSnapshot>();
  const portsBefore = new Map<string, Ports>();

  beforeAll(async () => {
    cluster = await TestCluster.start("nodes", goldenHosts);
    const { s3 } = await storageStatus(cluster.sandbox);
    await cluster.configure({
      ...{ ...demoConfig, jvbCount: "1", drainTimeout: "30s" },
      ...{ recordings: "s3", recordingsS3Endpoint: s3.endpoint, recordingsS3Bucket: s3.bucket },
      recordingsS3AccessKey: s3.accessKey,
    });
    await cluster.mustPulumi("config", "set", "--secret", "recordingsS3SecretKey", s3.secretKey);
    const [, ...machines] = await Promise.all([
      cluster.mustUp(),
      cluster.machine("berlin", { port: 2222, look: "provider", firewall: "nftables" }),
      cluster.machine("paris", { user: "admin", look: "provider", cores: 4 }),
      cluster.machine("busy", { web: true }),
      cluster.machine("powerless", { user: "admin", sudo: false }),
      cluster.machine("foreign", { os: "other" }),
      cluster.machine("used", { leftovers: true }),
    ] as const);
    const [one, two, busy, powerless, foreign, used] = machines;
    [berlin, paris, unfit] = [one, two, { busy, powerless, foreign, used }];
    const names = machines.map(({ name }) => name);
    await authorizeDeployment(cluster, names);
    // sudo leaves a file in the home of a user at the first use. The owner of such a machine has used it.
    must("sudo", await asOperator(cluster, "paris", "sudo -n true"));
    await Promise.all(names.map(async (name) => before.set(name, await snapshotOf(cluster, name))));
    for (const name of ["berlin", "paris"]) portsBefore.set(name, await scanMachine(cluster, name));
  }, 900_000);

  afterAll(async () => {
    await cluster.remove();
  }, 900_000);

  const declare = (nodes: readonly NodeEntry[], ...args: string[]): Promise<Outcome> => {
    declareNodes(cluster, nodes);
    return cluster.up(...args);
  };
  /** A machine that had a bridge of somebody else before. */
  const adopted = (): NodeEntry => ({ ...entryOf(unfit.used), adopt: true });
  const expectDone = ({ code, text }: Outcome): void => {
    expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
  };
  const changes = async (name: string): Promise<string[]> => {
    const found = before.get(name);
    if (found === undefined) throw new Error(`${name} has no snapshot`);
    return differences(found, await snapshotOf(cluster, name));
  };
  /** What machines that come and go leave alone: processes by id and start, and logins of root over SSH. */
  const untouched = async (...bridges: string[]): Promise<string[]> => {
    const services = (names: string): string =>
      `systemctl show -p Id,MainPID,ExecMainStartTimestampMonotonic ${names}`;
    const logins = "journalctl -t sshd -t sshd-session -g 'Accepted publickey for root' -q | wc -l";
    return Promise.all([
      cluster.mustOnHost("web", services("nginx prosody jicofo coturn")),
      ...["jvb-0", ...bridges].map((name) =>
        cluster.mustOnHost(name, `${services("jitsi-videobridge2")}; ${logins}`),
      ),
    ]);
  };
  const webAddress = async (): Promise<string> =>
    (await cluster.server("web")).public_net.ipv4?.ip ?? "";
  /** Whether prosody of the web host answers a machine. */
  const admitted = async (name: string): Promise<boolean> =>
    answers(cluster, name, await webAddress(), xmpp);
  const sshWorks = async (name: string): Promise<boolean> =>
    (await asOperator(cluster, name, "true")).code === 0;
  const hasFilter = async (name: string): Promise<boolean> =>
    (await snapshotOf(cluster, name)).firewall?.some((line) => line.includes("jitsi_hetzner")) ??
    false;
  const only = (tcp: number, ...udp: number[]): Ports => ({
    ipv4: { tcp: [tcp], udp },
    ipv6: { tcp: [tcp], udp },
  });
  const power = async (name: string, to: string): Promise<void> => {
    must(`power ${to}`, await cluster.command("machine", "power", name, to));
  };
  /** What an operator does after a kill, to the end. */
  const repair = async (): Promise<void> => {
    // The steps that ran are still running on the machine.
    await sleep(1_000);
    await repairState(cluster);
    expectDone(await cluster.up());
  };

  describe("that do not fit", () => {
    it("an up fails with the reason for each of them, and all are as they were", async () => {
      const entries = Object.values(unfit).map((machine) => entryOf(machine));
      // Without this option, pulumi begins no other step after the first failure.
      const { code, text } = await declare(entries, "--continue-on-error");
      const reasons = {
        busy: /busy.*8080/,
        powerless: /node\/check failed on .*powerless.* sudo/,
        foreign: /Ubuntu/i,
        used: /packages of Jitsi .*jitsi-videobridge2/,
      };
      for (const reason of Object.values(reasons)) expect(text).toMatch(reason);
      for (const name of Object.keys(reasons)) {
        expect(text).toContain(`node-${name}-check`);
        expect([name, await changes(name)]).toEqual([name, []]);
      }
      expect(code).not.toBe(0);
    }, 300_000);
  });

  describe("an addition that was killed", () => {
    it("can be taken back, and leaves a half-installed machine as it was found; the other one joins, and nothing else is touched", async () => {
      const old = await untouched();
      declareNodes(cluster, [entryOf(berlin), entryOf(paris)]);
      await interruptUp(cluster, "SIGKILL", /node-paris-setup creating/);
      declareNodes(cluster, [entryOf(berlin)]);
      await repair();
      expect(await changes("paris")).toEqual([]);
      expect([await hasFilter("paris"), await sshWorks("paris")]).toEqual([false, true]);
      await untilInService(cluster, "berlin");
      expect(await untouched()).toEqual(old);
    }, 400_000);
  });

  /** The up that shut SSH out. */
  let taken: Outcome;

  describe("the packet filter", () => {
    let running: Promise<Outcome>;

    it("shuts SSH out if the machine's port is another one than the settings say", async () => {
      const stranger = { ...entryOf(unfit.busy), hostKey: berlin.hostKey };
      declareNodes(cluster, [entryOf(berlin), entryOf(paris, "jibri"), adopted(), stranger]);
      // As soon as the filter is there, it lets SSH in at no port.
      const set = "inet jitsi_hetzner_node ssh_ports";
      const script = `until nft list set ${set}; do sleep 0.05; done; nft flush set ${set}`;
      await cluster.mustOnHost("paris", `systemd-run --quiet bash -c '${script}'`);
      // What fails first, stops nothing of the others.
      running = cluster.up("--continue-on-error");
      await waitUntil("SSH is shut", async () => !(await sshWorks("paris")), 300_000, 1_000);
      expect(await hasFilter("paris")).toBe(true);
    }, 400_000);

    describe("of a bridge, meanwhile", () => {
      it("lets participants in", async () => {
        expect(await joinOn(cluster, "berlin")).toBeGreaterThan(0);
      }, 60_000);

      it("shows SSH and media to the outside, and nothing else, over both address families", async () => {
        expect(await scanMachine(cluster, "berlin")).toEqual(only(2222, 10000));
      }, 120_000);

      it("is there again after the machine's own filter was loaded anew, which empties all tables", async () => {
        for (const verb of ["reload", "restart"]) {
          await cluster.mustOnHost("berlin", `systemctl ${verb} nftables`);
          await waitUntil("the filter is back", () => hasFilter("berlin"), 10_000);
        }
        expect(await sshWorks("berlin")).toBe(true);
      }, 60_000);

      it("lets the web host's forward in again after a restart of sshd", async () => {
        await cluster.mustOnHost(
          "berlin",
          "systemctl restart ssh; loginctl terminate-user jitsi-hetzner-forward",
        );
        await untilForwarded(cluster, berlin);
        expect(await sshWorks("berlin")).toBe(true);
      }, 120_000);
    });

    it("goes away by itself, and SSH is open again", async () => {
      await waitUntil("SSH is open again", () => sshWorks("paris"), 300_000, 1_000);
      taken = await running;
      expect(taken.code).not.toBe(0);
    }, 400_000);

    it("a machine with another host key than declared fails in the same up, and is as it was", async () => {
      expect(taken.text).toMatch(/node-busy-check.*shows another host key than hostKey/);
      expect(await changes("busy")).toEqual([]);
    });

    it("is there after reboots of the machine and of the web host, and so is the forward", async () => {
      const web = (await cluster.server("web")).name;
      const reboot = async (): Promise<Outcome> => cluster.hcloud("server", "reboot", web);
      must("reboot", (await Promise.all([reboot(), power("berlin", "reboot")]))[0]);
      await untilForwarded(cluster, berlin);
      await untilInService(cluster, "berlin");
      expect(await hasFilter("berlin")).toBe(true);
    }, 300_000);
  });

  describe("an existing recorder", () => {
    it("joins with the next up but one: it boots a kernel with sound, and no service of another host restarts", async () => {
      const old = await untouched("berlin");
      const next = await declare([entryOf(berlin), entryOf(paris, "jibri"), adopted()]);
      // The first new connection finds that the filter was taken back, and puts it into force for a second trial. Whether this
      // was still in the up before depends on what failed there first.
      expect(taken.text + next.text).toContain(
        "the packet filter was taken back, because no new SSH connection came in time; it is in force again",
      );
      expectDone(next.code === 0 ? next : await cluster.up());
      expect(await untouched("berlin")).toEqual(old);
      expect(await cluster.mustOnHost("paris", "uname -r; lsmod | grep -c snd_aloop")).toBe(
        `${standardKernel}\n1`,
      );
      await untilInService(cluster, "used");
    }, 600_000);

    it("shows SSH to the outside, and nothing else, over both address families", async () => {
      expect([await hasFilter("paris"), await sshWorks("paris")]).toEqual([true, true]);
      expect(await scanMachine(cluster, "paris")).toEqual(only(22));
    }, 120_000);

    it("reaches prosody of the web host, which the rest of the world does not", async () => {
      const seen = ["berlin", "paris", "busy", "foreign"].map((name) => admitted(name));
      expect(await Promise.all(seen)).toEqual([true, true, false, false]);
    });

    it("has its secrets only where docs/security.md says, and so has the bridge", async () => {
      expect(await findMachineSecrets(cluster, "berlin", "paris")).toEqual(documentedOnMachines);
    }, 120_000);

    /** The recorder as `npm run status` shows it. */
    const shown = async (): Promise<Record<string, unknown>> => {
      const status = must("status", await cluster.tool("status", "--json"));
      const { recorders } = JSON.parse(status.stdout) as { recorders: Record<string, unknown>[] };
      return recorders.find(({ name }) => name === "paris") ?? {};
    };

    it("records, its file is whole at its target, and status shows it", async () => {
      await startRecording(cluster, "board");
      expect(await shown()).toMatchObject({ listed: true, busy: "busy", uploadsWaiting: 0 });
      const files = await endRecording(cluster, "board", "paris");
      await uploadAll(cluster, "paris");
      expect(await storedOf(cluster, files)).toEqual(files);
      expect(await shown()).toMatchObject({
        ...{ listed: true, busy: "idle", uploadsWaiting: 0, problem: "" },
        diskFreeBytes: expect.any(Number) as number,
      });
    }, 180_000);

    it("is named by status when it is cut off, and a bridge too", async () => {
      const fault = async (kind: string): Promise<void> => {
        for (const name of ["berlin", "paris"])
          must(kind, await cluster.command("fault", "host", name, kind));
      };
      await fault("cut");
      const down = await cluster.tool("status");
      await fault("mend");
      expect([down.code, down.stdout]).toEqual([
        1,
        expect.stringMatching(/Not as declared:[^]*berlin[^]*paris/),
      ]);
      for (const name of ["web", "berlin", "paris"]) await untilSent(cluster, name, xmpp);
      await untilForwarded(cluster, berlin);
      await untilInService(cluster, "berlin");
      await untilRecorderIsThere(cluster, paris);
    }, 300_000);

    it("leaves after its recording, with the file at its target; a removal that is killed is completed by the next up", async () => {
      const old = await untouched("berlin");
      const { session } = await startRecording(cluster, "assembly");
      declareNodes(cluster, [entryOf(berlin), adopted()]);
      const removal = interruptUp(cluster, "SIGKILL", /node-paris-leave deleting/);
      const isLeaving = async (): Promise<boolean> =>
        (await cluster.onHost("paris", "test -e /var/lib/jitsi-hetzner/recorder-serving")).code ===
        1;
      await waitUntil("the recorder is leaving", isLeaving, 120_000, 500);
      expect(await recordingOf(cluster, session)).toMatchObject({ status: "on", failure: null });
      const files = await endRecording(cluster, "assembly", "paris");
      await uploadAll(cluster, "paris");
      await removal;
      expect(await storedOf(cluster, files)).toEqual(files);
      await repair();
      expect(await untouched("berlin")).toEqual(old);
    }, 400_000);

    it("leaves the machine as it was found, but for the kernel that runs, with all that it showed to the outside", async () => {
      const kernel = `linux-image-${standardKernel}`;
      const left = await changes("paris");
      expect(left).toEqual([expect.stringContaining(`+ packages: ${kernel} `)]);
      await power("paris", "reboot");
      await waitUntil("it is back", () => sshWorks("paris"), 60_000, 500);
      must("purge", await cluster.onHost("paris", `apt-get -qq purge -y ${kernel}`));
      await cluster.onHost("paris", "systemctl is-system-running --wait");
      expect(await changes("paris")).toEqual([]);
      expect(await scanMachine(cluster, "paris")).toEqual(portsBefore.get("paris"));
      expect(await admitted("paris")).toBe(false);
    }, 240_000);
  });

  describe("a machine that is dead", () => {
    let old: string[];
    let totals: { cut: number; participants: number };

    it("makes the up fail that removes it, in some minutes and with the command to go on", async () => {
      await power("used", "off");
      const isDown = async (): Promise<boolean> =>
        (await nodeBridge(cluster, "used"))?.operational !== true;
      await waitUntil("jicofo does not use it", isDown, 240_000, 1_000);
      await joinOn(cluster, "berlin");
      old = await untouched();
      ({ totals } = await cluster.people.list());
      const { code, text, seconds } = await declare([]);
      console.log(`the removal of a dead machine failed after ${seconds.toFixed(0)} s`);
      expect(code).not.toBe(0);
      expect(text).toMatch(/used .*[^]*npm run drain:skip -- used\b/);
      expect(seconds).toBeLessThan(300);
    }, 600_000);

    it("is forgotten after the command that the error names; the others leave without a cut", async () => {
      must("drain:skip", await cluster.tool("drain:skip", "used", "--yes"));
      expectDone(await cluster.up());
      expect(await untouched()).toEqual(old);
      const after = (await cluster.people.list()).totals;
      expect([after.cut, after.participants]).toEqual([totals.cut, totals.participants]);
      expect(await nodeBridge(cluster, "used")).toBeUndefined();
      must("status", await cluster.tool("status"));
    }, 300_000);
  });

  describe("the last existing bridge", () => {
    it("has left its machine as it was found, with all that it showed to the outside", async () => {
      expect(await nodeBridge(cluster, "berlin")).toBeUndefined();
      expect(await changes("berlin")).toEqual([]);
      expect(await scanMachine(cluster, "berlin")).toEqual(portsBefore.get("berlin"));
    }, 120_000);

    it("leaves nothing on the web host: no forward, no open port", async () => {
      expect(await admitted("berlin")).toBe(false);
      const left =
        "ls /etc/jitsi-hetzner/forward 2>/dev/null; systemctl list-units --all --plain --no-legend 'jitsi-hetzner-forward@*'";
      expect(await cluster.mustOnHost("web", left)).toBe("");
      const rules = await cluster.mustOnHost("web", "nft list ruleset");
      for (const { ipv4 } of [berlin, paris, ...Object.values(unfit)])
        expect(rules).not.toContain(ipv4);
    });
  });
});
