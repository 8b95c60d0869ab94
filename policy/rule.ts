import { UnknownValueError } from "@pulumi/policy";

/**
 * Reads a value that a preview may not know yet; then it is `undefined`, and the rule checks again in `up`, before the
 * resource is created. Without this, each such value of each host would print "can't run policy during preview", and a
 * real violation would be overlooked.
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

/** A firewall's rule, with what the rules here read. */
export interface FirewallRule {
  readonly direction: string;
  readonly protocol: string;
  /** One port, or a range `from-to`, or `any`; absent for icmp. */
  readonly port?: string;
  readonly sourceIps?: readonly string[];
  readonly destinationIps?: readonly string[];
}

/** Which addresses a rule lets in: none (it is not an inbound rule for TCP or UDP), some, or all. */
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
