import { ports, type Role } from "../constants";

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

/**
 * What the public side of a host lets in; all else is dropped. XMPP and the REST APIs are absent on
 * purpose: they are for the private network, which Hetzner's firewalls do not filter.
 *
 * @param adminCidrs who reaches port 22; by default everybody
 */
export function firewallRules(role: Role, adminCidrs: readonly string[] = world): FirewallRule[] {
  return [
    { ...rule("tcp", ports.ssh, "SSH"), sourceIps: [...adminCidrs] },
    // Path MTU discovery needs ICMP, and IPv6 does not work without it.
    { direction: "in", protocol: "icmp", sourceIps: world, description: "ICMP" },
    ...servicesOf(role),
  ];
}

function servicesOf(role: Role): FirewallRule[] {
  switch (role) {
    case "web":
      return [
        rule("tcp", ports.http, "HTTP: redirect, certificate challenges"),
        rule("tcp", ports.https, "HTTPS"),
      ];
    case "jvb":
      return [rule("udp", ports.jvbMedia, "Media")];
    default:
      return role satisfies never;
  }
}

function rule(protocol: "tcp" | "udp", port: number, description: string): FirewallRule {
  return { direction: "in", protocol, port: port.toString(), sourceIps: world, description };
}
