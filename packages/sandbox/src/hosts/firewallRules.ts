import type { FirewallRule } from "../../../hcloud-simulator/src/driver";
import { firewallTable, publicLink, scanSet } from "./names";

/**
 * Hetzner's firewall rules as nftables text. The functions are pure; the driver passes the text to
 * `nft -f`, which applies all of it or nothing.
 *
 * A packet from host to host passes the outbound chain of the sender, then the inbound chain of the
 * receiver. In both, `return` allows it and continues; `drop` is final. Private networks are in
 * other namespaces and are not filtered, because Hetzner filters the public interface only.
 */

const table = `inet ${firewallTable}`;
const chainOf = { in: (id: number) => `in-${id}`, out: (id: number) => `out-${id}` } as const;

/** IPv4 addresses to which the internet has no way. */
const unrouted = "{ 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }";

/**
 * The table with its maps from a host's link to its chains, and with its record of datagrams to addresses that lead nowhere.
 * Applied once per sandbox.
 */
export function baseTableText(): string {
  return `table ${table} {
  set ${scanSet} {
    type ipv4_addr . ipv4_addr . inet_service
    size 65535
    flags dynamic
  }
  chain scans {
    type filter hook prerouting priority filter; policy accept;
    ip daddr ${unrouted} udp dport 1-65535 update @${scanSet} { ip saddr . ip daddr . udp dport }
    ip daddr ${unrouted} drop
  }
  map outbound {
    type ifname : verdict
  }
  map inbound {
    type ifname : verdict
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    ct state established,related accept
    iifname vmap @outbound
    oifname vmap @inbound
  }
}
`;
}

/** Adds the two chains of a host with its rules, or replaces the rules of a known host. */
export function hostFirewallText(id: number, rules: readonly FirewallRule[] | null): string {
  const [inbound, outbound] = [chainOf.in(id), chainOf.out(id)];
  const lines = [
    `add chain ${table} ${inbound}`,
    `add chain ${table} ${outbound}`,
    `flush chain ${table} ${inbound}`,
    `flush chain ${table} ${outbound}`,
    ...directionLines(id, "in", rules),
    ...directionLines(id, "out", rules),
    `add element ${table} inbound { "${publicLink(id)}" : jump ${inbound} }`,
    `add element ${table} outbound { "${publicLink(id)}" : jump ${outbound} }`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Removes the chains of a host, which must exist. */
export function removeHostFirewallText(id: number): string {
  const lines = [
    `delete element ${table} inbound { "${publicLink(id)}" }`,
    `delete element ${table} outbound { "${publicLink(id)}" }`,
    `delete chain ${table} ${chainOf.in(id)}`,
    `delete chain ${table} ${chainOf.out(id)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function directionLines(
  id: number,
  direction: FirewallRule["direction"],
  rules: readonly FirewallRule[] | null,
): string[] {
  if (rules === null) return [];
  const own = rules.filter((rule) => rule.direction === direction);
  // Without outbound rules all outbound traffic is allowed. Without inbound rules all inbound
  // traffic is dropped.
  if (direction === "out" && own.length === 0) return [];
  const chain = chainOf[direction](id);
  const matches = own.flatMap(ruleMatches);
  return [
    ...matches.map((match) => `add rule ${table} ${chain} ${match} return`),
    `add rule ${table} ${chain} drop`,
  ];
}

/**
 * One match for each address range. Ranges of one rule can overlap, which nft sets do not allow.
 */
function ruleMatches(rule: FirewallRule): string[] {
  const ranges = rule.direction === "in" ? rule.sourceIps : rule.destinationIps;
  return ranges.map((cidr) => `${addressMatch(rule, cidr)} ${protocolMatch(rule, cidr)}`);
}

const isIpv6 = (cidr: string): boolean => cidr.includes(":");

function addressMatch(rule: FirewallRule, cidr: string): string {
  const field = rule.direction === "in" ? "saddr" : "daddr";
  return `${isIpv6(cidr) ? "ip6" : "ip"} ${field} ${cidr}`;
}

function protocolMatch(rule: FirewallRule, cidr: string): string {
  switch (rule.protocol) {
    case "tcp":
    case "udp":
      return `${rule.protocol} dport ${portRange(rule)}`;
    case "icmp":
      // For Hetzner, "icmp" with an IPv6 range means ICMPv6.
      return `meta l4proto ${isIpv6(cidr) ? "ipv6-icmp" : "icmp"}`;
    case "esp":
      return "meta l4proto esp";
    case "gre":
      return "meta l4proto gre";
  }
}

function portRange(rule: FirewallRule): string {
  if (rule.port === "any") return "1-65535";
  if (rule.port === undefined || !/^\d+(-\d+)?$/.test(rule.port)) {
    throw new Error(
      `a firewall rule for ${rule.protocol} has the port ${JSON.stringify(rule.port)}; ` +
        `allowed: a port, a range such as 80-85, or any`,
    );
  }
  return rule.port;
}
