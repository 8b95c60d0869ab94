import type { StackValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";

const defaultLimit = 20;

export const serverCount: StackValidationPolicy = {
  name: "server-count",
  description: "The stack has no more servers than its limit.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { maximum: { type: "integer", minimum: 1 } } },
  validateStack: (args, report) => {
    const { resources } = args;
    const maximum = args.getConfig<{ maximum?: number }>().maximum ?? defaultLimit;
    const count = resources.filter(({ type }) => type === resourceTypes.server).length;
    if (count > maximum) {
      report(
        `${count} servers, and the limit is ${maximum}; raise "maximum" of server-count in the pack's settings if that is meant`,
      );
    }
  },
};
