import { ports, type Role } from "../constants";
import { networkOf } from "../config/cidr";

/** One rule of a Hetzner firewall, as plain data. */
export interface FirewallRule {
  readonly direction: "in";
  readonly protocol: "tcp" | "udp" | "icmp";
  /** As text, because the API takes ranges too. Absent for icmp. */
  readonly port?: string;
  readonly sourceIps: string[];
  readonly description: string;
}

/** Everybody, over IPv4 and IPv6: a rule for one of the two leaves the other closed. */
const world = ["0.0.0.0/0", "::/0"];

export interface FirewallChoice {
  /** Who reaches port 22; by default everybody. */
  readonly adminCidrs?: readonly string[];
  /**
   * Whether the web host may have a bridge of its own; by default it may not. Not whether it has one now: rules change
   * before a bridge is drained, and the calls on it would be cut. With no bridge there, nothing listens.
   */
  readonly webMedia?: boolean;
}

/**
 * What the public side of a host lets in; all else is dropped. XMPP and the REST APIs are absent on
 * purpose: they are for the private network, which Hetzner's firewalls do not filter.
 */
export function firewallRules(
  role: Role,
  { adminCidrs = world, webMedia = false }: FirewallChoice = {},
): FirewallRule[] {
  return [
    {
      ...rule("tcp", ports.ssh, "SSH"),
      sourceIps: adminCidrs.map((range) => networkOf(range) ?? range),
    },
    // Path MTU discovery needs ICMP, and IPv6 does not work without it.
    { direction: "in", protocol: "icmp", sourceIps: world, description: "ICMP" },
    ...servicesOf(role, webMedia),
  ];
}

function servicesOf(role: Role, webMedia: boolean): FirewallRule[] {
  switch (role) {
    case "web":
      return [
        rule("tcp", ports.http, "HTTP: redirect, certificate challenges"),
        rule("tcp", ports.https, "HTTPS"),
        ...(webMedia ? [media] : []),
      ];
    case "jvb":
      return [media];
    default:
      return role satisfies never;
  }
}

function rule(protocol: "tcp" | "udp", port: number, description: string): FirewallRule {
  return { direction: "in", protocol, port: port.toString(), sourceIps: world, description };
}

const media = rule("udp", ports.jvbMedia, "Media");
