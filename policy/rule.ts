import { UnknownValueError } from "@pulumi/policy";

/** Type tokens that the rules look at. */
export const types = {
  server: "hcloud:index/server:Server",
  firewall: "hcloud:index/firewall:Firewall",
  primaryIp: "hcloud:index/primaryIp:PrimaryIp",
  stack: "pulumi:pulumi:Stack",
  randomPassword: "random:index/randomPassword:RandomPassword",
  randomBytes: "random:index/randomBytes:RandomBytes",
} as const;

/**
 * Reads what a preview may not know yet; `undefined` then, and the rule looks again in `up`, before the
 * resource is made. Without this each such value of each host would be a line "can't run policy during
 * preview", in which a real violation is overlooked.
 */
export function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

/** Name of the stack that a resource belongs to: urn:pulumi:STACK::PROJECT::TYPE::NAME. */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.split(":")[2] ?? "";
}

/** A firewall's rule, as far as the rules here read it. */
export interface FirewallRule {
  readonly direction: string;
  readonly protocol: string;
  /** One port, or a range `from-to`, or `any`; absent for icmp. */
  readonly port?: string;
  readonly sourceIps?: readonly string[];
}

/** Whether a rule lets the whole world in, over IPv4 or IPv6, to one of these ports. */
export function openPorts(rule: FirewallRule, ports: readonly number[]): readonly number[] {
  if (rule.direction !== "in" || (rule.protocol !== "tcp" && rule.protocol !== "udp")) return [];
  if (!rule.sourceIps?.some((source) => /^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)\/0$/.test(source)))
    return [];
  const [from = 0, to = from] =
    rule.port === undefined || rule.port === "any"
      ? [1, 65_535]
      : rule.port.split("-").map((part) => Number(part));
  return ports.filter((port) => port >= from && port <= to);
}
