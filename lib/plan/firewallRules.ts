import { networkOf } from "../config/cidr";
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

/** The range of each existing machine, in the spelling of the API. */
export const nodeRanges = (nodes: readonly { readonly host: string }[]): string[] =>
  nodes.map(({ host }) => `${host}/32`);

/** Every address, over IPv4 and IPv6. A rule for one of the two leaves the other one closed. */
const world = ["0.0.0.0/0", "::/0"];

export interface FirewallChoice {
  /** Which addresses reach port 22; by default all. */
  readonly adminCidrs?: readonly string[];
  /**
   * Whether the web host lets media in; by default it does not. See `ClusterPlan.webMedia`.
   */
  readonly webMedia?: boolean;
  /** Whether the web host lets in what its TURN server needs besides 443; by default it does not. */
  readonly turn?: boolean;
  /** Ranges of existing machines, from which the web host lets in their bridges; by default none. */
  readonly nodes?: readonly string[];
}

/**
 * What a host lets in on its public addresses. Everything else is dropped. XMPP and the REST APIs are absent on purpose:
 * they are for the private network, which Hetzner's firewalls do not filter. Only existing machines use XMPP from outside.
 */
export function firewallRules(
  role: Role,
  { adminCidrs = world, webMedia = false, turn = false, nodes = [] }: FirewallChoice = {},
): FirewallRule[] {
  return [
    {
      ...rule("tcp", ports.ssh, "SSH"),
      sourceIps: adminCidrs.map((range) => networkOf(range) ?? range),
    },
    // Path MTU discovery needs ICMP, and IPv6 does not work without it.
    { direction: "in", protocol: "icmp", sourceIps: world, description: "ICMP" },
    ...servicesOf(role, { webMedia, turn, nodes }),
  ];
}

function servicesOf(
  role: Role,
  { webMedia, turn, nodes }: Required<Omit<FirewallChoice, "adminCidrs">>,
): FirewallRule[] {
  switch (role) {
    case "web":
      return [
        rule("tcp", ports.http, "HTTP: redirect, certificate challenges"),
        rule("tcp", ports.https, "HTTPS"),
        // Ports of relays stay closed: a bridge only answers what a relay sent, and Hetzner's firewalls let answers in.
        ...(turn
          ? [rule("udp", ports.turn, "STUN, TURN"), rule("tcp", ports.turnTls, "TURN over TLS")]
          : []),
        ...(webMedia ? [media] : []),
        ...(nodes.length === 0
          ? []
          : [
              {
                ...rule("tcp", ports.xmppClient, "XMPP of existing machines"),
                sourceIps: [...nodes].sort(),
              },
            ]),
      ];
    case "jvb":
      return [media];
    case "jibri":
      // It calls; nobody calls it. What it sends to bridges and to a stream, Hetzner's firewalls let back in.
      return [];
    default:
      return role satisfies never;
  }
}

function rule(protocol: "tcp" | "udp", port: number, description: string): FirewallRule {
  return { direction: "in", protocol, port: port.toString(), sourceIps: world, description };
}

const media = rule("udp", ports.jvbMedia, "Media");
