import type { ResourceValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";
import { known, stackOf } from "../rule";

const defaultStacks = "^(prod|production)";

export const deleteProtection: ResourceValidationPolicy = {
  name: "delete-protection",
  description: "In production stacks the web host and its addresses are protected from deletion.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      stacks: { type: "string", description: "regular expression: names of production stacks" },
    },
  },
  validateResource: (args, report) => {
    const { type, urn, props } = args;
    const stacks = args.getConfig<{ stacks?: string }>().stacks ?? defaultStacks;
    if (!new RegExp(stacks).test(stackOf(urn)) || !isWebHostOrAddress(type, props)) return;
    if (known(() => props.deleteProtection as boolean | undefined) !== true) {
      report("it is not protected from deletion: pulumi config set protect true");
    }
  },
};

function isWebHostOrAddress(type: string, props: Record<string, unknown>): boolean {
  if (type === resourceTypes.primaryIp) return true;
  const labels = known(() => props.labels as Record<string, string> | undefined);
  return type === resourceTypes.server && labels?.role === "web";
}
