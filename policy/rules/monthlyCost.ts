import type { StackValidationPolicy } from "@pulumi/policy";
import { sumOf } from "../../lib/plan/cost";
import { listedServer } from "../../lib/plan/prices";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

const defaultLimit = 2000;

export const monthlyCost: StackValidationPolicy = {
  name: "monthly-cost",
  description: "The servers cost no more a month than the limit, net, in EUR.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      maximum: { type: "number", minimum: 0, description: "EUR a month, net" },
      prices: {
        type: "object",
        additionalProperties: { type: "number", minimum: 0 },
        description: "EUR a month, net, by server type; before the pack's own",
      },
    },
  },
  validateStack: (args, report) => {
    const { resources } = args;
    const config = args.getConfig<{ maximum?: number; prices?: Record<string, number> }>();
    const maximum = config.maximum ?? defaultLimit;
    const servers = resources
      .filter(({ type }) => type === resourceTypes.server)
      .flatMap(({ props }) => known(() => props.serverType as string) ?? [])
      .map((type) => listedServer(type, config.prices));
    const { total, unknown } = sumOf(servers);
    for (const type of unknown) {
      report(`no price of ${type} is known; add it to "prices" of monthly-cost`);
    }
    if (total > maximum) {
      report(`the servers cost ${total.toFixed(2)} EUR a month, and the limit is ${maximum} EUR`);
    }
  },
};
