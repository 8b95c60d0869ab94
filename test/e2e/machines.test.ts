import { listServers } from "../../packages/sandbox/src/client";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import { findMachine, listMachines } from "../../packages/sandbox/src/machines/machineClient";
import { serverPid } from "../../packages/sandbox/src/serverProcess";
import { tcp, traces } from "./hostProbe";
import { goldenHosts, initStart, must, TestCluster, type Outcome } from "./harness";
import { differences, snapshotOf } from "./machineSnapshot";
import { scanMachine } from "./portScan";

/** Machines that the API does not know, by the sandbox alone. */
describe("a machine of another provider", () => {
  let cluster: TestCluster;
  let vps: MachineView;
  let limited: MachineView;

  beforeAll(async () => {
    cluster = await TestCluster.start("machines", goldenHosts);
    [vps, limited] = await Promise.all([
      cluster.machine("vps", { port: 2222, look: "provider", firewall: "nftables" }),
      cluster.machine("limited", { user: "admin", sudo: false, web: true, leftovers: true }),
      cluster.machine("stranger", { os: "other", user: "admin", firewall: "ufw" }),
    ]);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const ssh = (name: string, command: string): Promise<Outcome> =>
    cluster.command("machine", "ssh", name, command);
  const said = async (name: string, command: string): Promise<string> =>
    must(`${command} on ${name}`, await ssh(name, command)).stdout.trim();

  it("is unknown to the API, and has addresses of none of its ranges", async () => {
    expect(await listServers(cluster.sandbox)).toEqual([]);
    expect([vps.ipv4, limited.ipv4].every((ip) => ip.startsWith("198.19."))).toBe(true);
    const { stdout } = await cluster.command("status");
    expect(stdout).toMatch(/^vps +debian-13 +running +198\.19\./m);
  });

  it("lets its operator in, at its port, with its own host key and nothing failed", async () => {
    const asked = "hostname; id -un; systemctl is-system-running; command -v cloud-init; true";
    expect(await said("vps", asked)).toBe("vps47147\nroot\nrunning");
    expect(vps.hostKey).toBe(
      (await said("vps", "cat /etc/ssh/ssh_host_ed25519_key.pub")).split(" ", 2).join(" "),
    );
    expect(await tcp(vps.ipv4, 22)).toBe("refused");
  });

  it("refuses root where another user logs in, and sudo where it is not allowed", async () => {
    expect(await said("stranger", "sudo -n id -un")).toBe("root");
    const refused = await ssh("limited", "sudo -n true");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("password")]);
    const root = await cluster.mustOnHost("limited", "sshd -T | grep -i permitrootlogin");
    expect(root).toBe("permitrootlogin no");
  });

  it("has the system, web server, filter and remains of a bridge that it was ordered with", async () => {
    expect(await said("stranger", ". /etc/os-release; echo $ID")).toBe("ubuntu");
    const left = "dpkg-query -W -f '${db:Status-Abbrev}' jitsi-videobridge2; ls -d /etc/jitsi";
    expect(await said("limited", left)).toBe("rc /etc/jitsi");
    const { ipv4 } = await findMachine(cluster.sandbox, "stranger");
    expect([await tcp(ipv4, 22), await tcp(ipv4, 9100)]).toEqual(["open", "silent"]);
  });

  it("has no firewall in front: all that listens answers, over both address families", async () => {
    const open = { tcp: [2222, 9100], udp: "all" };
    expect(await scanMachine(cluster, "vps")).toEqual({ ipv4: open, ipv6: open });
    const web = { tcp: [22, 8080], udp: "all" };
    expect(await scanMachine(cluster, "limited")).toEqual({ ipv4: web, ipv6: web });
  }, 180_000);

  it("authorizes another key once, as its operator", async () => {
    const key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5hb2l2c2VjcmV0bm9rZXlub3NlY3JldG5va2V5 other";
    for (let time = 0; time < 2; time++)
      must("authorize", await cluster.command("machine", "authorize", "limited", key));
    expect(await said("limited", "grep -c . .ssh/authorized_keys")).toBe("2");
    const wrong = await cluster.command("machine", "authorize", "limited", "no key");
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining("not a public SSH key"),
    ]);
  });

  it("has equal snapshots before and after a reboot, and other ones after any change", async () => {
    const before = await snapshotOf(cluster, "vps");
    must("reboot", await cluster.command("machine", "power", "vps", "reboot"));
    await waitUntil("it is back", async () => (await ssh("vps", "true")).code === 0, 60_000);
    await waitUntil(
      "its programs run",
      async () => (await said("vps", "systemctl is-system-running --wait; true")) === "running",
      60_000,
    );
    expect(differences(before, await snapshotOf(cluster, "vps"))).toEqual([]);
    await said(
      "vps",
      `useradd guest; echo x >/srv/backup/new; chmod 0600 /srv/backup/notes.txt; apt-mark hold curl
       systemctl disable -q --now provider-agent; nft add table inet other`,
    );
    const changed = differences(before, await snapshotOf(cluster, "vps"));
    const has = (part: string): boolean => changed.some((line) => line.startsWith(part));
    const parts = ["+ users: guest", "+ groups: guest", "+ files: /srv/backup/new"];
    parts.push("- files: /srv/backup/notes.txt -rw-r--r--", "+ held packages: curl");
    parts.push("- units: provider-agent.service enabled", "- ports: tcp *:9100");
    parts.push("+ firewall: table inet other");
    expect(parts.filter((part) => !has(part))).toEqual([]);
  }, 120_000);

  it("can be switched off and on, and cut off", async () => {
    must("power", await cluster.command("machine", "power", "limited", "off"));
    expect((await findMachine(cluster.sandbox, "limited")).status).toBe("off");
    expect(await tcp(limited.ipv4, 22)).not.toBe("open");
    must("power", await cluster.command("machine", "power", "limited", "on"));
    await waitUntil("it is back", async () => (await tcp(limited.ipv4, 22)) === "open", 60_000);
    must("cut", await cluster.command("fault", "host", "limited", "cut"));
    expect(await tcp(limited.ipv4, 22)).toBe("silent");
    must("mend", await cluster.command("fault", "host", "limited", "mend"));
    // Its network service gives it its address again.
    await waitUntil("it is back", async () => (await tcp(limited.ipv4, 22)) === "open", 60_000);
  }, 120_000);

  it("stays through a crash of the sandbox's server, and goes with its disk when removed", async () => {
    const { identity } = cluster.sandbox;
    const booted = await cluster.mustOnHost("limited", initStart);
    process.kill(serverPid(identity.dir) ?? 0, "SIGKILL");
    must("up", await cluster.command("up", "--image", "golden", "--jitsi", "stand-in"));
    expect(await cluster.mustOnHost("limited", initStart)).toBe(booted);
    must("remove", await cluster.command("machine", "remove", "stranger"));
    expect((await listMachines(cluster.sandbox)).map(({ name }) => name)).toEqual([
      "vps",
      "limited",
    ]);
    const gone = await cluster.command("machine", "ssh", "stranger", "true");
    expect(gone.stderr).toContain("no machine is called stranger; machines: vps, limited");
  }, 120_000);

  it("goes away with the sandbox", async () => {
    await cluster.remove();
    expect(await traces(cluster.sandbox.identity)).toEqual([]);
  }, 60_000);
});
