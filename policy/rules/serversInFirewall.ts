import type { ResourceValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

export const serversInFirewall: ResourceValidationPolicy = {
  name: "servers-in-firewall",
  description: "Every server is in a firewall from its first moment.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type !== resourceTypes.server) return;
    // A preview does not know the ids, but it knows how many there are.
    const count = known(() => ((props.firewallIds ?? []) as readonly unknown[]).length);
    if (count === 0) report("it is in no firewall; name one in firewallIds");
  },
};
