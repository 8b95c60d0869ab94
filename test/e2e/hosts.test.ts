import { existsSync, readFileSync, rmSync } from "node:fs";
import { initPid } from "../../packages/sandbox/src/hosts/cgroups";
import { removeAll } from "../../packages/sandbox/src/hosts/cleanup";
import type { FirewallRule, HostSpec } from "../../packages/hcloud-simulator/src/driver";
import { run, waitUntil } from "../../packages/sandbox/src/hosts/exec";
import {
  consoleLog,
  hostFolder,
  hostNamespace,
  privateNamespace,
} from "../../packages/sandbox/src/hosts/names";
import {
  createNspawnDriver,
  type NspawnDriver,
} from "../../packages/sandbox/src/hosts/nspawnDriver";
import type { SandboxIdentity } from "../../packages/sandbox/src/identity";
import { layersOf } from "../../packages/sandbox/src/prepare";
import { releaseSlot } from "../../packages/sandbox/src/slots";
import {
  attachment,
  claimSandbox,
  echoes,
  globalSettings,
  hostSpec,
  Login,
  openTcp,
  tcp,
  traces,
  udpEchoes,
} from "./hostProbe";

/** Real hosts by the driver alone, without the API. Needs root; takes a minute once the base is built. */

const anywhere = ["0.0.0.0/0", "::/0"];
const open = (protocol: "tcp" | "udp" | "icmp", port?: string, from = anywhere): FirewallRule => ({
  direction: "in",
  protocol,
  port,
  sourceIps: from,
  destinationIps: [],
});
const sshOpen = open("tcp", "22");

let identity: SandboxIdentity;
let other: SandboxIdentity;
let driver: NspawnDriver;
let login: Login;
let a: HostSpec;
let b: HostSpec;
let settingsBefore: string[];
const stateChanges: [number, boolean][] = [];

beforeAll(async () => {
  settingsBefore = globalSettings();
  identity = await claimSandbox("hosts");
  other = await claimSandbox("hosts-other");
  login = await Login.make(identity.dir);
  driver = await createNspawnDriver({ identity, layers: layersOf() });
  driver.onStateChange((id, running) => stateChanges.push([id, running]));
  a = hostSpec(identity, 1, login.publicKey);
  b = { ...hostSpec(identity, 2, login.publicKey), image: "debian-12" };
  await Promise.all([driver.create(a), driver.create(b)]);
  await Promise.all([login.waitReady(a.publicIpv4 ?? ""), login.waitReady(b.publicIpv4 ?? "")]);
}, 600_000);

afterAll(async () => {
  for (const sandbox of [identity, other]) {
    await removeAll(sandbox);
    rmSync(sandbox.dir, { recursive: true, force: true });
    releaseSlot(sandbox.slot, sandbox.dir);
  }
}, 60_000);

const ipOf = (spec: HostSpec): string => spec.publicIpv4 ?? "";
const ip6Of = (spec: HostSpec): string => spec.publicIpv6 ?? "";
const inside = (spec: HostSpec, script: string): Promise<string> =>
  driver.runInside(spec.id, ["bash", "-c", script]);
/** What a TCP client on one host sees of an address and port. */
const tcpFrom = (spec: HostSpec, address: string, port: number): Promise<string> =>
  inside(
    spec,
    `timeout 3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null && echo -n open || echo -n shut`,
  );

describe("a host", () => {
  it("has run its user data once, under its own name, with nothing failed", async () => {
    // cloud-init is done a moment before the boot is.
    const asked =
      "cat /root/user-data-runs; hostname; systemctl is-system-running --wait; systemctl --failed -q";
    expect(await login.ssh(ipOf(a), asked)).toBe("ran\nhost-1\nrunning");
    expect(await login.ssh(ipOf(b), asked)).toBe("ran\nhost-2\nrunning");
  });

  it("boots the release of its image, beside one of another release", async () => {
    const release = ". /etc/os-release; echo $VERSION_ID";
    expect([await login.ssh(ipOf(a), release), await login.ssh(ipOf(b), release)]).toEqual([
      "13",
      "12",
    ]);
  });

  it("has no program that Debian's cloud image lacks: gpg, jq, nft", async () => {
    for (const host of [a, b]) {
      const found = await login.ssh(ipOf(host), "command -v gpg jq nft; command -v curl openssl");
      expect(found).toBe("/usr/bin/curl\n/usr/bin/openssl");
    }
  });

  it("has the addresses and routes that a Hetzner server has", async () => {
    const addresses = await login.ssh(ipOf(a), "ip -br addr show scope global");
    expect(addresses).toMatch(new RegExp(`^eth0@\\S+ +UP +${ipOf(a)}/32 ${ip6Of(a)}/64`, "m"));
    expect(addresses).toMatch(/^enp7s0@\S+ +UP +10\.1\.0\.2\/32/m);
    const routes = await login.ssh(ipOf(a), "ip route; ip -6 route show default");
    expect(routes).toContain("default via 172.31.1.1 dev eth0");
    expect(routes).toContain("10.1.0.0/16 via 10.1.0.1 dev enp7s0");
    expect(routes).toContain("default via fe80::1 dev eth0");
  });

  it("has identity, keys and console of its own", async () => {
    const own = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub";
    expect(await login.ssh(ipOf(a), own)).not.toBe(await login.ssh(ipOf(b), own));
    expect(readFileSync(consoleLog(identity, "host-1"), "utf8")).toContain("cloud-init");
  });

  it("can filter packets and set its own network's kernel settings", async () => {
    expect(
      await inside(a, "sysctl -qw net.ipv4.tcp_syncookies=0 && sysctl -n net.ipv4.tcp_syncookies"),
    ).toBe("0\n");
    expect(globalSettings()).toEqual(settingsBefore);
    // Debian's cloud image has iptables (by nf_tables) and no nft.
    await inside(a, "iptables -A INPUT -p tcp --dport 8080 -j DROP");
    expect(await tcp(ipOf(a), 8080)).toBe("silent");
    await inside(a, "iptables -D INPUT -p tcp --dport 8080 -j DROP");
    expect(await tcp(ipOf(a), 8080)).toBe("open");
  });

  it("reaches the sandbox's services and nothing beyond", async () => {
    const ping = (address: string): string =>
      `ping -c1 -W3 ${address} >/dev/null 2>&1 && echo yes || echo no`;
    expect(await inside(a, ping(identity.network.serviceIpv4))).toBe("yes\n");
    expect(await inside(a, ping("192.0.2.1"))).toBe("no\n");
  });
});

describe("a firewall", () => {
  afterEach(async () => {
    await driver.setFirewall(a.id, null);
  });

  it("filters nothing when there is none", async () => {
    expect(
      await Promise.all([tcp(ipOf(a), 9090), tcp(ip6Of(a), 9090), tcp(ipOf(a), 9099)]),
    ).toEqual(["open", "open", "refused"]);
  });

  it("lets in what its rules name, over both address families", async () => {
    await driver.setFirewall(a.id, [sshOpen, open("tcp", "8000-8100"), open("udp", "10000")]);
    for (const address of [ipOf(a), ip6Of(a)]) {
      expect(await Promise.all([8080, 9090].map((port) => tcp(address, port)))).toEqual([
        "open",
        "silent",
      ]);
      expect(await Promise.all([10000, 10001].map((port) => udpEchoes(address, port)))).toEqual([
        true,
        false,
      ]);
    }
    expect(await login.ssh(ipOf(a), "echo in")).toBe("in");
  });

  it("tells sources apart", async () => {
    await driver.setFirewall(a.id, [open("tcp", "8080", [`${ipOf(b)}/32`, `${ip6Of(b)}/128`])]);
    expect(await tcpFrom(b, ipOf(a), 8080)).toBe("open");
    expect(await tcpFrom(b, ip6Of(a), 8080)).toBe("open");
    expect(await tcp(ipOf(a), 8080)).toBe("silent");
    expect(await tcp(ip6Of(a), 8080)).toBe("silent");
  });

  it("keeps established connections and answers to the host's own when all inbound is shut", async () => {
    const connection = await openTcp(ipOf(a), 8080);
    await driver.setFirewall(a.id, []);
    expect(await tcp(ipOf(a), 8080)).toBe("silent");
    expect(await echoes(connection, "still here")).toBe(true);
    connection.destroy();
    expect(await tcpFrom(a, ipOf(b), 8080)).toBe("open");
    expect(await tcpFrom(a, ip6Of(b), 8080)).toBe("open");
  });

  it("answers pings only with a rule for icmp", async () => {
    const ping = (address: string): string =>
      `ping -c1 -W3 ${address} >/dev/null && echo yes || echo no`;
    const both = async (): Promise<string> => inside(b, `${ping(ipOf(a))}; ${ping(ip6Of(a))}`);
    await driver.setFirewall(a.id, [sshOpen]);
    expect(await both()).toBe("no\nno\n");
    await driver.setFirewall(a.id, [open("icmp")]);
    expect(await both()).toBe("yes\nyes\n");
  });

  it("with an outbound rule lets out nothing else", async () => {
    const rule: FirewallRule = {
      ...sshOpen,
      direction: "out",
      sourceIps: [],
      destinationIps: anywhere,
    };
    await driver.setFirewall(a.id, [sshOpen, { ...rule, port: "8080" }]);
    expect([await tcpFrom(a, ipOf(b), 8080), await tcpFrom(a, ipOf(b), 9090)]).toEqual([
      "open",
      "shut",
    ]);
    expect(await login.ssh(ipOf(a), "echo in")).toBe("in");
  });

  it("leaves private networks alone", async () => {
    await driver.setFirewall(a.id, []);
    expect(await tcpFrom(b, "10.1.0.2", 9090)).toBe("open");
  });
});

describe("a private network", () => {
  it("is plugged in and pulled while the host runs, beside another one", async () => {
    const second = attachment(2, 2);
    await driver.attachNetwork(b.id, second);
    expect(await inside(b, "ip -br addr show dev enp8s0")).toContain("10.2.0.3/32");
    await driver.detachNetwork(b.id, 2);
    expect(await inside(b, "ip -br link")).not.toContain("enp8s0");
    expect(await tcpFrom(b, "10.1.0.2", 9090)).toBe("open");
  });

  it("has a gateway whose hardware address outlasts hosts: neighbours would send to the old one for minutes", async () => {
    const inNetwork = ["-n", privateNamespace(identity, 1)];
    const gateway = () => run("ip", [...inNetwork, "-br", "link", "show", "br0"]);
    const before = await gateway();
    // A bridge that chooses for itself takes the lowest of its ports'.
    const port = ["low", "address", "02:00:00:00:00:00", "master", "br0"];
    await run("ip", [...inNetwork, "link", "add", ...port, "type", "veth", "peer", "name", "high"]);
    expect(await gateway()).toBe(before);
    await run("ip", [...inNetwork, "link", "delete", "low"]);
    expect(await gateway()).toBe(before);
  });
});

describe("the power", () => {
  it("comes back after a reboot inside, with the private network, and nobody is told", async () => {
    const before = initPid(identity, a.id);
    await inside(a, "ip link set enp7s0 down; systemd-run systemctl reboot");
    await waitUntil("the host reboots", () => initPid(identity, a.id) !== before, 60_000);
    await login.waitReady(ipOf(a));
    expect(await tcpFrom(b, "10.1.0.2", 9090)).toBe("open");
    expect(await login.ssh(ipOf(a), "cat /root/user-data-runs")).toBe("ran");
    expect(driver.isRunning(a.id)).toBe(true);
    expect(stateChanges).toEqual([]);
  }, 120_000);

  it("stays off after a power off inside, which is told, until it is switched on", async () => {
    await inside(a, "systemd-run systemctl poweroff");
    await waitUntil("the host is off", () => stateChanges.length > 0, 60_000);
    expect(stateChanges).toEqual([[a.id, false]]);
    expect(driver.isRunning(a.id)).toBe(false);
    await driver.powerOn(a.id);
    await login.waitReady(ipOf(a));
    expect(await login.ssh(ipOf(a), "cat /root/user-data-runs")).toBe("ran");
  }, 120_000);

  it("can be shut down, pulled and rebooted from outside without a state change being told", async () => {
    stateChanges.length = 0;
    await driver.reboot(b.id);
    await driver.shutdown(b.id);
    expect(driver.isRunning(b.id)).toBe(false);
    await driver.powerOn(b.id);
    await driver.powerOff(b.id);
    await driver.powerOn(b.id);
    await login.waitReady(ipOf(b));
    expect(stateChanges).toEqual([]);
  }, 120_000);

  it("can start services after it was pulled", async () => {
    await driver.powerOff(a.id);
    await driver.powerOn(a.id);
    await login.waitReady(ipOf(a));
    // In the control groups of the boot that was ended, a kernel ends each new service at once.
    expect(await login.ssh(ipOf(a), "systemd-run --quiet --wait true && echo ran")).toBe("ran");
  }, 60_000);
});

describe("a server that is started again", () => {
  it("takes over hosts that run, boots those that should, ends all others", async () => {
    const stray = { ...hostSpec(identity, 3, login.publicKey), networks: [] };
    await driver.create(stray);
    await driver.powerOff(b.id);
    const running = initPid(identity, a.id);

    const next = await createNspawnDriver({ identity, layers: layersOf() });
    const told: [number, boolean][] = [];
    next.onStateChange((id, on) => told.push([id, on]));
    await next.adopt([
      { ...a, shouldRun: true },
      { ...b, shouldRun: true },
    ]);

    expect(initPid(identity, a.id)).toBe(running);
    expect([a.id, b.id, stray.id].map((id) => next.isRunning(id))).toEqual([true, true, false]);
    expect((await traces(identity)).join("\n")).not.toContain(hostNamespace(identity, stray.id));
    await next.runInside(a.id, ["systemd-run", "systemctl", "poweroff"]);
    await waitUntil("the host is off", () => told.length > 0, 60_000);
    expect(told).toEqual([[a.id, false]]);
    driver = next;
  }, 120_000);
});

describe("what goes away", () => {
  it("is all of a host when it is deleted", async () => {
    await driver.delete(b.id);
    await driver.delete(b.id);
    expect(
      (await traces(identity)).filter((line) => line.includes(hostNamespace(identity, b.id))),
    ).toEqual([]);
    expect(existsSync(hostFolder(identity, b.id))).toBe(false);
  });

  it("is one sandbox and not its neighbour, though nobody stopped its hosts", async () => {
    const spec = hostSpec(other, 1, login.publicKey);
    const neighbour = await createNspawnDriver({ identity: other, layers: layersOf() });
    await neighbour.create(spec);
    await driver.powerOn(a.id);

    await removeAll(identity);
    expect(await traces(identity)).toEqual([]);
    await login.waitReady(ipOf(spec));

    await removeAll(other);
    await removeAll(other);
    expect(await traces(other)).toEqual([]);
    expect(globalSettings()).toEqual(settingsBefore);
  }, 120_000);
});
