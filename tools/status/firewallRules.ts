import type { FirewallRule } from "../../lib/plan/firewallRules";

/** A rule as the API, the engine's state and the program write it, in one form. */
export interface PlainRule {
  readonly direction: string;
  readonly protocol: string;
  readonly port?: string | null;
  readonly sourceIps?: readonly string[] | null;
  readonly destinationIps?: readonly string[] | null;
}

/** What a rule lets through, as one text that is the same for equal rules; its description does not count. */
export function ruleText({ direction, protocol, port, ...ips }: PlainRule | FirewallRule): string {
  const { sourceIps, destinationIps } = ips as PlainRule;
  const ranges = [...((direction === "out" ? destinationIps : sourceIps) ?? [])].sort();
  const what = [direction, protocol, port ?? ""].filter((part) => part !== "").join(" ");
  return `${what} ${direction === "out" ? "to" : "from"} ${ranges.join(", ") || "nowhere"}`;
}

/** Those of the first list that the second has not. */
export function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => !others.includes(one));
}
