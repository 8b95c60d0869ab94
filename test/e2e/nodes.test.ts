import { setTimeout as sleep } from "node:timers/promises";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import {
  answers,
  authorizeDeployment,
  declareNodes,
  entryOf,
  joinOn,
  nodeBridge,
  untilForwarded,
  untilInService,
  type NodeEntry,
} from "./existingNodes";
import { must, TestCluster, type Outcome } from "./harness";
import { interruptUp, repairState } from "./interruption";
import { differences, snapshotOf, type MachineSnapshot } from "./machineSnapshot";
import { scanMachine, type MachinePorts } from "./portScan";

/** The port of prosody for bridges. */
const xmpp = 5222;

/**
 * Existing machines join a cluster, are used and leave it. The order matters: each case begins where the last one ended.
 */
describe("machines that Hetzner Cloud did not make", () => {
  let cluster: TestCluster;
  /** root at port 2222, of another provider, with a packet filter of its own. */
  let berlin: MachineView;
  /** A user with sudo. */
  let paris: MachineView;
  /** Machines that do not fit, by what is wrong with them. */
  let unfit: Record<"busy" | "powerless" | "foreign" | "used", MachineView>;
  const before = new Map<string, MachineSnapshot>();
  let portsBefore: Record<"ipv4" | "ipv6", MachinePorts>;

  beforeAll(async () => {
    cluster = await TestCluster.start("nodes");
    await cluster.configure({ ...demoConfig, jvbCount: "1", drainTimeout: "30s" });
    const [, ...machines] = await Promise.all([
      cluster.mustUp(),
      cluster.machine("berlin", { port: 2222, look: "provider", firewall: "nftables" }),
      cluster.machine("paris", { user: "admin", look: "provider" }),
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
    must("sudo", await cluster.command("machine", "ssh", "paris", "sudo -n true"));
    await Promise.all(names.map(async (name) => before.set(name, await snapshotOf(cluster, name))));
    portsBefore = await scanMachine(cluster, "berlin");
  }, 900_000);

  afterAll(async () => {
    await cluster.remove();
  }, 900_000);

  const declare = (nodes: readonly NodeEntry[]): Promise<Outcome> => {
    declareNodes(cluster, nodes);
    return cluster.up();
  };
  const changes = async (name: string): Promise<string[]> => {
    const found = before.get(name);
    if (found === undefined) throw new Error(`${name} has no snapshot`);
    return differences(found, await snapshotOf(cluster, name));
  };
  const logins = (host: string): Promise<string> =>
    cluster.mustOnHost(host, "journalctl -u ssh --no-pager | grep -c 'Accepted publickey'");
  const starts = (host: string, ...units: string[]): Promise<string> =>
    cluster.mustOnHost(
      host,
      `systemctl show -p ActiveEnterTimestampMonotonic --value ${units.join(" ")}`,
    );
  const webAddress = async (): Promise<string> =>
    (await cluster.server("web")).public_net.ipv4?.ip ?? "";
  /** Whether prosody of the web host answers a machine. */
  const admitted = async (name: string): Promise<boolean> =>
    answers(cluster, name, await webAddress(), xmpp);
  const sshWorks = async (name: string): Promise<boolean> =>
    (await cluster.command("machine", "ssh", name, "true")).code === 0;
  const hasFilter = async (name: string): Promise<boolean> =>
    (await snapshotOf(cluster, name)).firewall?.some((line) => line.includes("jitsi_hetzner")) ??
    false;

  describe("that do not fit", () => {
    it.each([
      ["busy", "port in use", /8080/],
      ["powerless", "user without sudo", /sudo/],
      ["foreign", "unsupported distribution", /Ubuntu/i],
      ["used", "remains of a bridge", /jitsi-videobridge2/],
    ] as const)(
      "%s: an up fails (%s), and the machine is as it was",
      async (name, _, reason) => {
        const { code, text } = await declare([entryOf(unfit[name])]);
        expect([code === 0, text]).toEqual([false, expect.stringMatching(reason)]);
        expect(text).toContain(name);
        expect(await changes(name)).toEqual([]);
      },
      120_000,
    );

    it("a wrong host key: an up fails, and the machine is as it was", async () => {
      const { code, text } = await declare([{ ...entryOf(paris), hostKey: berlin.hostKey }]);
      expect([code === 0, text]).toEqual([false, expect.stringMatching(/host key/i)]);
      expect(await changes("paris")).toEqual([]);
    }, 900_000);

    it("can be taken out of the settings again", async () => {
      const { code, text } = await declare([]);
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
      for (const name of Object.keys(unfit)) expect(await admitted(name)).toBe(false);
    }, 900_000);
  });

  describe("an existing bridge", () => {
    it("joins with nothing restarted on the web host, and no SSH session on other bridges", async () => {
      const untouched = async (): Promise<string[]> => [
        await logins("jvb-0"),
        await starts("jvb-0", "jitsi-videobridge2"),
        await starts("web", "nginx", "prosody", "jicofo"),
      ];
      const old = await untouched();
      const { code, text } = await declare([entryOf(berlin)]);
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
      await untilInService(cluster, "berlin");
      expect(await untouched()).toEqual(old);
    }, 900_000);

    it("takes participants", async () => {
      expect(await joinOn(cluster, "berlin")).toBeGreaterThan(0);
    }, 900_000);

    it("shows SSH and media to the outside, and nothing else, over both address families", async () => {
      const open = { tcp: [2222], udp: [10000] };
      expect(await scanMachine(cluster, "berlin")).toEqual({ ipv4: open, ipv6: open });
    }, 900_000);

    it("reaches prosody of the web host, which the rest of the world does not", async () => {
      expect([await admitted("berlin"), await admitted("paris")]).toEqual([true, false]);
    });

    it("has its filter again after its own filter was loaded anew, which empties all tables", async () => {
      for (const verb of ["reload", "restart"]) {
        await cluster.mustOnHost("berlin", `systemctl ${verb} nftables`);
        await waitUntil("the filter is back", () => hasFilter("berlin"), 10_000);
      }
      expect(await sshWorks("berlin")).toBe(true);
    }, 900_000);

    it("is reached through its forward after a restart of its sshd, and after reboots of both sides", async () => {
      await cluster.mustOnHost(
        "berlin",
        "systemctl restart ssh; loginctl terminate-user jitsi-hetzner-forward",
      );
      await untilForwarded(cluster, berlin);
      must("reboot", await cluster.command("machine", "power", "berlin", "reboot"));
      await untilForwarded(cluster, berlin);
      await untilInService(cluster, "berlin");
      expect(await hasFilter("berlin")).toBe(true);
      const web = (await cluster.server("web")).name;
      must("reboot", await cluster.hcloud("server", "reboot", web));
      await untilForwarded(cluster, berlin);
      await untilInService(cluster, "berlin");
    }, 900_000);

    it("is shown by status, and named when it is down", async () => {
      const well = await cluster.tool("status");
      expect([well.code, well.stdout]).toEqual([0, expect.stringContaining("berlin")]);
      must("cut", await cluster.command("fault", "host", "berlin", "cut"));
      const down = await cluster.tool("status");
      expect([down.code, down.text]).toEqual([1, expect.stringContaining("berlin")]);
      must("mend", await cluster.command("fault", "host", "berlin", "mend"));
      await untilForwarded(cluster, berlin);
      await untilInService(cluster, "berlin");
    }, 900_000);
  });

  /** What an operator does after a kill, to the end. */
  const repair = async (): Promise<void> => {
    // The steps that ran are still running on the machine.
    await sleep(1_000);
    await repairState(cluster);
    const { code, text } = await cluster.up();
    expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
  };

  describe("an addition that was killed", () => {
    it("can be taken back: the half-installed machine is as it was found", async () => {
      declareNodes(cluster, [entryOf(berlin), entryOf(paris)]);
      await interruptUp(cluster, "SIGKILL", /node-paris-setup creating/);
      declareNodes(cluster, [entryOf(berlin)]);
      await repair();
      expect(await changes("paris")).toEqual([]);
      expect([await hasFilter("paris"), await sshWorks("paris")]).toEqual([false, true]);
    }, 900_000);
  });

  describe("the packet filter", () => {
    it("goes away by itself when it shuts SSH out, and the machine can be reached again", async () => {
      declareNodes(cluster, [entryOf(berlin), entryOf(paris)]);
      // As soon as the filter is there, it lets SSH in at no port, as if the machine's were another one than the settings say.
      const set = "inet jitsi_hetzner_node ssh_ports";
      const script = `until nft list set ${set}; do sleep 0.05; done; nft flush set ${set}`;
      await cluster.mustOnHost("paris", `systemd-run --quiet bash -c '${script}'`);
      const running = cluster.up();
      const isShut = async (): Promise<boolean> => !(await sshWorks("paris"));
      await waitUntil("SSH is shut", isShut, 300_000, 1_000);
      await waitUntil("SSH is open again", () => sshWorks("paris"), 300_000, 2_000);
      const { code, text } = await running;
      expect([code === 0, text]).toEqual([
        false,
        expect.stringContaining("the packet filter was taken back, because no new SSH connection"),
      ]);
    }, 900_000);

    it("is there after the next up, and SSH with it", async () => {
      const { code, text } = await cluster.up();
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
      await untilInService(cluster, "paris");
      expect([await hasFilter("paris"), await sshWorks("paris")]).toEqual([true, true]);
      const open = { tcp: [22], udp: [10000] };
      expect(await scanMachine(cluster, "paris")).toEqual({ ipv4: open, ipv6: open });
    }, 900_000);
  });

  describe("a removal that was killed", () => {
    it("is completed by the next up, with the machine as it was found", async () => {
      declareNodes(cluster, [entryOf(berlin)]);
      await interruptUp(cluster, "SIGKILL", /node-paris-leave deleting/);
      await repair();
      expect(await changes("paris")).toEqual([]);
      expect(await admitted("paris")).toBe(false);
    }, 900_000);
  });

  describe("the last existing bridge", () => {
    it("leaves without a cut: participants are moved to the bridges that stay", async () => {
      await joinOn(cluster, "berlin");
      const { totals } = await cluster.people.list();
      const { code, text } = await declare([]);
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
      const after = await cluster.people.list();
      expect([after.totals.cut, after.totals.participants]).toEqual([
        totals.cut,
        totals.participants,
      ]);
      expect(await nodeBridge(cluster, "berlin")).toBeUndefined();
    }, 900_000);

    it("leaves the machine as it was found, with all that it showed to the outside", async () => {
      expect(await changes("berlin")).toEqual([]);
      expect(await scanMachine(cluster, "berlin")).toEqual(portsBefore);
    }, 900_000);

    it("leaves nothing on the web host: no forward, no open port", async () => {
      expect(await admitted("berlin")).toBe(false);
      const left =
        "ls /etc/jitsi-hetzner/forward 2>/dev/null; systemctl list-units --all --plain --no-legend 'jitsi-hetzner-forward@*'";
      expect(await cluster.mustOnHost("web", left)).toBe("");
    });
  });
});
