import type { ResourceValidationPolicy } from "@pulumi/policy";
import { networkOf } from "../../lib/config/cidr";
import { resourceTypes } from "../../lib/resourceTypes";
import { known, type FirewallRule } from "../rule";

export const canonicalRanges: ResourceValidationPolicy = {
  name: "canonical-ranges",
  description: "Address ranges in firewalls are written as Hetzner's API writes them.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type !== resourceTypes.firewall) return;
    const rules = known(() => props.rules as readonly FirewallRule[] | undefined) ?? [];
    for (const rule of rules) {
      const ranges = known(() => [...(rule.sourceIps ?? []), ...(rule.destinationIps ?? [])]) ?? [];
      for (const range of ranges) {
        const wanted = networkOf(range);
        if (wanted === range) continue;
        const instead = wanted === undefined ? "a range such as 203.0.113.0/24" : wanted;
        report(`the range "${range}" must be ${instead}: a change of labels can lose another form`);
      }
    }
  },
};
