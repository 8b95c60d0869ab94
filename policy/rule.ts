import { UnknownValueError } from "@pulumi/policy";

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
  readonly destinationIps?: readonly string[];
}

/** Whom a rule lets in: nobody (it is no rule for TCP or UDP inwards), some addresses, or the world. */
export function opensTo({
  direction,
  protocol,
  sourceIps,
}: FirewallRule): "none" | "some" | "world" {
  if (direction !== "in" || (protocol !== "tcp" && protocol !== "udp")) return "none";
  const world = /^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)\/0$/;
  return sourceIps?.some((source) => world.test(source)) ? "world" : "some";
}

/** Which of these ports a rule opens to the whole world, over IPv4 or IPv6. */
export function openPorts(rule: FirewallRule, ports: readonly number[]): readonly number[] {
  if (opensTo(rule) !== "world") return [];
  const [from = 0, to = from] =
    rule.port === undefined || rule.port === "any"
      ? [1, 65_535]
      : rule.port.split("-").map((part) => Number(part));
  return ports.filter((port) => port >= from && port <= to);
}
