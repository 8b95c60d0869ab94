import { list, number, object, optional, otherwise, text } from "../../lib/hcloud/answer";
import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import { ruleText } from "./firewallRules";

/** A firewall of the Hetzner project, of any owner. */
export interface CloudFirewall {
  readonly id: string;
  readonly name: string;
  /** What each rule lets through: `in tcp 22 from 0.0.0.0/0, ::/0`. */
  readonly rules: readonly string[];
}

const ranges = otherwise(list(text), []);

/** A missing list of rules must not count as no rules, and a rule must have a protocol. */
const row = object({
  id: number,
  name: text,
  rules: list(
    object({
      direction: text,
      protocol: text,
      port: optional(text),
      source_ips: ranges,
      destination_ips: ranges,
    }),
  ),
});

/** @throws AnswerError, ApiError, UnreachableError */
export async function listCloudFirewalls(api: HcloudApi): Promise<CloudFirewall[]> {
  const rows = await api.list("/firewalls", "firewalls", list(row));
  return rows.map(({ id, name, rules }) => ({
    id: id.toString(),
    name,
    rules: rules.map(({ source_ips: sourceIps, destination_ips: destinationIps, ...rule }) =>
      ruleText({ ...rule, sourceIps, destinationIps }),
    ),
  }));
}
