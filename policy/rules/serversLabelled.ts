import type { ResourceValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

const defaultLabels = ["managed-by", "project", "stack", "role"];

export const serversLabelled: ResourceValidationPolicy = {
  name: "servers-labelled",
  description: "Every server carries the labels by which it is found and counted.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { labels: { type: "array", items: { type: "string" } } } },
  validateResource: (args, report) => {
    const { type, props } = args;
    if (type !== resourceTypes.server) return;
    const wanted = args.getConfig<{ labels?: readonly string[] }>().labels ?? defaultLabels;
    const labels = known(() => (props.labels ?? {}) as Record<string, string>);
    if (labels === undefined) return;
    const missing = wanted.filter((label) => !Object.hasOwn(labels, label));
    if (missing.length > 0) report(`it has no label ${missing.join(", ")}`);
  },
};
