import { isCidr } from "../addresses";
import { invalidInput, type FieldProblem } from "../errors";
import type { FieldTable, Parsed } from "../fields";

import type { WireRule } from "./firewallRow";

export const maxRules = 50;
const maxIpsPerRule = 100;
const maxPort = 65535;

const cidrs = {
  type: "array",
  max: maxIpsPerRule,
  items: {
    type: "string",
    check: (text: string) =>
      isCidr(text) ? undefined : "must be a CIDR without host bits, such as 0.0.0.0/0 or ::/0",
  },
} as const;

export const ruleFields = {
  direction: { type: "string", required: true, oneOf: ["in", "out"] },
  protocol: { type: "string", required: true, oneOf: ["tcp", "udp", "icmp", "esp", "gre"] },
  port: { type: "string", nullable: true, check: portProblem },
  source_ips: cidrs,
  destination_ips: cidrs,
  description: { type: "string", nullable: true, max: 255 },
} as const satisfies FieldTable;

/** `any`, `80`, or `80-85`. */
function portProblem(text: string): string | undefined {
  if (text === "any") return undefined;
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const good = from !== undefined && Number(from) >= 1 && Number(from) <= Number(to);
  return good && Number(to) <= maxPort ? undefined : "must be a port or a range, such as 80-85";
}

/**
 * Rules in the API's form. Checks what the field table cannot express: which protocols have ports,
 * and which addresses belong to which direction.
 *
 * @throws ApiError invalid_input
 */
export function checkedRules(given: readonly Parsed<typeof ruleFields>[]): WireRule[] {
  const problems: Required<FieldProblem>[] = [];
  const rules = given.map((rule, i) => {
    const problem = (field: string, message: string) =>
      problems.push({ name: `rules.${i.toString()}.${field}`, messages: [message] });
    const hasPort = typeof rule.port === "string";
    const ported = rule.protocol === "tcp" || rule.protocol === "udp";
    if (ported && !hasPort) problem("port", `must be set for ${rule.protocol}`);
    if (!ported && hasPort) problem("port", `must not be set for ${rule.protocol}`);
    const [own, other] =
      rule.direction === "in"
        ? (["source_ips", "destination_ips"] as const)
        : (["destination_ips", "source_ips"] as const);
    if ((rule[own] ?? []).length === 0) problem(own, `must not be empty for '${rule.direction}'`);
    if ((rule[other] ?? []).length > 0) problem(other, `must be empty for '${rule.direction}'`);
    return {
      direction: rule.direction,
      protocol: rule.protocol,
      port: rule.port ?? null,
      source_ips: rule.source_ips ?? [],
      destination_ips: rule.destination_ips ?? [],
      description: rule.description ?? null,
    };
  });
  if (problems.length > 0) throw invalidInput(problems);
  return rules;
}
