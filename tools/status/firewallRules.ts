import type { FirewallRule } from "../../lib/plan/firewallRules";

/** A firewall rule of the API, the engine's state or the program, in one form. */
export interface PlainRule {
  readonly direction: string;
  readonly protocol: string;
  readonly port?: string | null;
  readonly sourceIps?: readonly string[] | null;
  readonly destinationIps?: readonly string[] | null;
}

/** What a rule lets through, as text. Equal rules have the same text; the description does not count. */
export function ruleText({ direction, protocol, port, ...ips }: PlainRule | FirewallRule): string {
  const { sourceIps, destinationIps } = ips as PlainRule;
  const ranges = [...((direction === "out" ? destinationIps : sourceIps) ?? [])].sort();
  const what = [direction, protocol, port ?? ""].filter((part) => part !== "").join(" ");
  return `${what} ${direction === "out" ? "to" : "from"} ${ranges.join(", ") || "nowhere"}`;
}

/** Items of the first list that are not in the second. */
export function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => !others.includes(one));
}
