import type { ResourceValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

export const serversInFirewall: ResourceValidationPolicy = {
  name: "servers-in-firewall",
  description: "Every server is in a firewall from its first moment.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type !== resourceTypes.server) return;
    // Ids are not known in a preview, but their number is.
    const count = known(() => ((props.firewallIds ?? []) as readonly unknown[]).length);
    if (count === 0) report("it is in no firewall; name one in firewallIds");
  },
};
