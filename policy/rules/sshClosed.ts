import type { ResourceValidationPolicy } from "@pulumi/policy";
import { ports } from "../../lib/constants";
import { resourceTypes } from "../../lib/resourceTypes";
import { known, openPorts, type FirewallRule } from "../rule";

/** Whether a firewall opens SSH to the world. */
export function sshIsOpen(props: Record<string, unknown>): boolean {
  const rules = known(() => props.rules as readonly FirewallRule[] | undefined) ?? [];
  return rules.some((rule) => (known(() => openPorts(rule, [ports.ssh])) ?? []).length > 0);
}

export const sshClosed: ResourceValidationPolicy = {
  name: "ssh-closed",
  description: "SSH should be reachable from the operators' addresses only.",
  enforcementLevel: "advisory",
  validateResource: ({ type, props }, report) => {
    if (type === resourceTypes.firewall && sshIsOpen(props)) {
      report("SSH is open to the world; keys alone protect the hosts");
    }
  },
};
