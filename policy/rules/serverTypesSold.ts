import type { ResourceValidationPolicy } from "@pulumi/policy";
import { chooseServerType } from "../../lib/plan/serverTypeChoice";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

export const serverTypesSold: ResourceValidationPolicy = {
  name: "server-types-sold",
  description: "Server types are ones that are still sold.",
  // A running host keeps its type. A retired type must not block a smaller count or a new certificate.
  enforcementLevel: "advisory",
  validateResource: ({ type, props }, report) => {
    if (type !== resourceTypes.server) return;
    const asked = known(() => props.serverType as string);
    const location = known(() => props.location as string | undefined) ?? "";
    const { note } = asked === undefined ? {} : chooseServerType(asked, location);
    if (note !== undefined) report(note);
  },
};
