import { spawnSync } from "node:child_process";
import type { FirewallRule } from "../../../../hcloud-simulator/src/driver";
import {
  baseTableText,
  hostFirewallText,
  removeHostFirewallText,
} from "../../../src/hosts/firewallRules";
import { readScans } from "../../../src/hosts/scans";

const validRule = (changes: Partial<FirewallRule> = {}): FirewallRule => ({
  direction: "in",
  protocol: "tcp",
  port: "22",
  sourceIps: ["0.0.0.0/0", "::/0"],
  destinationIps: [],
  ...changes,
});

/** Rules of one chain, without the part that all rules have. */
function rulesOf(chain: string, text: string): string[] {
  const start = `add rule inet sandbox ${chain} `;
  return text
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length));
}

describe("hostFirewallText", () => {
  it("creates the host's chains, flushes them and adds them to the maps in one transaction", () => {
    expect(hostFirewallText(12, null)).toBe(`add chain inet sandbox in-12
add chain inet sandbox out-12
flush chain inet sandbox in-12
flush chain inet sandbox out-12
add element inet sandbox inbound { "h12" : jump in-12 }
add element inet sandbox outbound { "h12" : jump out-12 }
`);
  });

  it("drops all inbound traffic when a firewall has no inbound rule", () => {
    const text = hostFirewallText(1, []);
    expect(rulesOf("in-1", text)).toEqual(["drop"]);
    expect(rulesOf("out-1", text)).toEqual([]);
  });

  it("allows each address range of a rule and drops the rest", () => {
    expect(rulesOf("in-1", hostFirewallText(1, [validRule()]))).toEqual([
      "ip saddr 0.0.0.0/0 tcp dport 22 return",
      "ip6 saddr ::/0 tcp dport 22 return",
      "drop",
    ]);
  });

  it("matches the destination of an outbound rule, and drops all other outbound traffic", () => {
    const rule = validRule({ direction: "out", sourceIps: [], destinationIps: ["198.18.0.1/32"] });
    const text = hostFirewallText(1, [rule]);
    expect(rulesOf("out-1", text)).toEqual(["ip daddr 198.18.0.1/32 tcp dport 22 return", "drop"]);
    expect(rulesOf("in-1", text)).toEqual(["drop"]);
  });

  it.each<[FirewallRule["protocol"], string | undefined, string, string]>([
    ["udp", "10000", "udp dport 10000", "udp dport 10000"],
    ["tcp", "80-85", "tcp dport 80-85", "tcp dport 80-85"],
    ["tcp", "any", "tcp dport 1-65535", "tcp dport 1-65535"],
    ["icmp", undefined, "meta l4proto icmp", "meta l4proto ipv6-icmp"],
    ["esp", undefined, "meta l4proto esp", "meta l4proto esp"],
    ["gre", undefined, "meta l4proto gre", "meta l4proto gre"],
  ])("expresses %s %s for both address families", (protocol, port, ipv4, ipv6) => {
    expect(rulesOf("in-1", hostFirewallText(1, [validRule({ protocol, port })]))).toEqual([
      `ip saddr 0.0.0.0/0 ${ipv4} return`,
      `ip6 saddr ::/0 ${ipv6} return`,
      "drop",
    ]);
  });

  it.each([undefined, "", "22; drop", "http"])("refuses the port %j", (port) => {
    expect(() => hostFirewallText(1, [validRule({ port })])).toThrow(
      `a firewall rule for tcp has the port ${JSON.stringify(port)}; ` +
        "allowed: a port, a range such as 80-85, or any",
    );
  });
});

describe("baseTableText", () => {
  it("records what is sent to addresses that lead nowhere, and nothing else", () => {
    const script = `set -e
ip link set lo up; ip link add h1 type veth peer name host; ip link set h1 up; ip addr add 198.18.0.2/24 dev h1
nft -f -
unshare -n sleep 10 & sleep 0.3; ip link set host netns $!
nsenter -n -t $! bash -ec 'ip link set host up; ip addr add 198.18.0.16/24 dev host; ip route add default via 198.18.0.2
for address in 192.168.1.23 10.80.1.3 203.0.113.9; do echo x >/dev/udp/$address/4000; done'
sleep 0.3; nft --json list set inet sandbox scanned; kill $!`;
    const ran = spawnSync("unshare", ["-rn", "bash", "-c", script], {
      input: baseTableText(),
      encoding: "utf8",
    });
    expect(ran.stderr).toBe("");
    expect(readScans(ran.stdout)).toEqual([
      { from: "198.18.0.16", to: "10.80.1.3", port: 4000 },
      { from: "198.18.0.16", to: "192.168.1.23", port: 4000 },
    ]);
  });

  it("accepts established connections before any host's chain", () => {
    const lines = baseTableText()
      .split("\n")
      .map((line) => line.trim());
    expect(lines.indexOf("ct state established,related accept")).toBeLessThan(
      lines.indexOf("iifname vmap @outbound"),
    );
  });
});

describe("removeHostFirewallText", () => {
  it("removes the chains from the maps before it deletes them", () => {
    expect(removeHostFirewallText(3)).toBe(`delete element inet sandbox inbound { "h3" }
delete element inet sandbox outbound { "h3" }
delete chain inet sandbox in-3
delete chain inet sandbox out-3
`);
  });
});
