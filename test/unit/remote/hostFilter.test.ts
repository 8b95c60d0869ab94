import { spawnSync } from "node:child_process";
import { firewallRules } from "../../../lib/plan/firewallRules";
import { hostFilter, privateServices } from "../../../remote/hostFilter";
import { ports, privateNetwork, relayPorts, type Role } from "../../../lib/constants";
import { portTable } from "../../portTable";

const hosts = [
  { role: "web", host: "web" },
  { role: "jvb", host: "bridge" },
] as const;

/** Ports of one protocol in a role's public firewall, as a stack that sets nothing has it. */
const publicPorts = (role: Role, protocol: "tcp" | "udp"): number[] =>
  firewallRules(role, { webMedia: true, turn: true })
    .filter((rule) => rule.protocol === protocol)
    .map(({ port }) => Number(port));

describe("docs/ports.md", () => {
  it.each(hosts)("says what the firewall of $host opens to the world", ({ role, host }) => {
    const rows = portTable().filter(
      (row) => row.host === host && row.from.startsWith("everywhere"),
    );
    expect(rows.map(({ from }) => from)).toEqual(["everywhere, IPv4", "everywhere, IPv6"]);
    for (const row of rows) {
      expect(row.tcp).toEqual(publicPorts(role, "tcp"));
      expect(row.udp).toEqual(publicPorts(role, "udp"));
    }
  });

  it.each(hosts)("says what $host offers in the private network", ({ role, host }) => {
    const rows = portTable().filter((row) => row.host === host && row.from.endsWith("private"));
    expect(rows.flatMap(({ tcp }) => tcp)).toEqual(privateServices(role).map(({ port }) => port));
    expect(rows.flatMap(({ udp }) => udp)).toEqual([]);
  });
});

describe("hostFilter", () => {
  it("lets the bridges' subnet reach XMPP, and the web host alone a bridge's REST API", () => {
    const range = privateNetwork.range;
    expect(hostFilter("web")).toContain(
      `ip daddr ${range} ip saddr 10.80.1.0/24 tcp dport 5222 accept\n`,
    );
    expect(hostFilter("jvb")).toContain(
      `ip daddr ${range} ip saddr 10.80.0.2/32 tcp dport 8080 accept\n`,
    );
  });

  it("lets relays of the web host's TURN server send to the media of bridges alone", () => {
    const { from, to } = relayPorts;
    expect(hostFilter("web")).toContain(
      `udp sport ${from}-${to} udp dport != ${ports.jvbMedia} drop\n`,
    );
    expect(hostFilter("jvb")).not.toContain(`udp sport ${from}`);
  });

  it("keeps relays from the web host's own services, where a bridge of its own has the same address", () => {
    // A network of its own: the rules are loaded, and datagrams go to the host's own public address.
    const script = `set -e; ip link set lo up; ip addr add 198.51.100.1/32 dev lo; nft -f -; exec python3 - <<'END'
import socket
HOST = "198.51.100.1"
def bound(port):
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.bind((HOST, port))
    found.settimeout(0.5)
    return found
servers = {port: bound(port) for port in (3478, 10000)}
def arrives(source, port):
    with bound(source) as client:
        try:
            client.sendto(b"x", (HOST, port))
            return servers[port].recv(10) == b"x"
        except OSError:
            return False
print(*(arrives(source, port) for source in (61000, 65535, 60999) for port in servers))
END`;
    const { stdout, stderr } = spawnSync("unshare", ["-rn", "bash", "-c", script], {
      input: hostFilter("web"),
      encoding: "utf8",
    });
    expect([stdout.trim(), stderr]).toEqual(["False True False True True True", ""]);
  });

  it.each(["web", "jvb"] as const)(
    "keeps media from addresses that lead nowhere, except through a tunnel: %s",
    (role) => {
      const script = `set -e
ip link add eth0 type veth peer name far; ip link set far up; ip addr add 198.51.100.1/24 dev eth0; ip link set eth0 up
ip route add default via 198.51.100.254
ip tuntap add tun0 mode tun; ip addr add 192.168.7.1/24 dev tun0; ip link set tun0 up
nft -f -; exec python3 - <<'END'
import socket
def is_sent(source, address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as media:
        media.bind(("198.51.100.1", source))
        try:
            return media.sendto(b"x", (address, 40000)) == 1
        except PermissionError:
            return False
for source in (10000, 10001):
    for address in ("192.168.1.23", "10.0.0.5", "10.80.1.3", "172.31.2.3", "100.64.0.9", "203.0.113.9", "192.168.7.2"):
        print(int(is_sent(source, address)), end="")
END`;
      const { stdout, stderr } = spawnSync("unshare", ["-rn", "bash", "-c", script], {
        input: hostFilter(role),
        encoding: "utf8",
      });
      expect([stdout, stderr]).toEqual(["00000111111111", ""]);
    },
  );

  it.each(["web", "jvb"] as const)("never closes a port that the firewall opens: %s", (role) => {
    const closed = [...hostFilter(role).matchAll(/^ +tcp dport (\d+) reject/gm)].map(([, port]) =>
      Number(port),
    );
    expect(closed).toEqual(privateServices(role).map(({ port }) => port));
    expect(closed.filter((port) => publicPorts(role, "tcp").includes(port))).toEqual([]);
  });
});
