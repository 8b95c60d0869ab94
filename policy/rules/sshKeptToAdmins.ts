import type { StackValidationPolicy } from "@pulumi/policy";
import { ports } from "../../lib/constants";
import { resourceTypes } from "../../lib/resourceTypes";
import { known, opensTo, type FirewallRule } from "../rule";
import { sshIsOpen } from "./sshClosed";

/**
 * A policy pack in Node.js does not get the stack's settings. So the rule concludes from the firewalls that adminCidrs is
 * set: one of them opens SSH to some addresses only. With `always`, the rule applies in any case.
 */
export const sshKeptToAdmins: StackValidationPolicy = {
  name: "ssh-kept-to-admins",
  description: "Where SSH is kept to the operators' addresses, no firewall lets the world in.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { always: { type: "boolean" } } },
  validateStack: (args, report) => {
    const { resources } = args;
    const firewalls = resources.filter(({ type }) => type === resourceTypes.firewall);
    const isRestricted =
      args.getConfig<{ always?: boolean }>().always === true ||
      firewalls.some(({ props }) => sshIsRestricted(props));
    for (const { name, props, urn } of firewalls) {
      if (isRestricted && sshIsOpen(props)) {
        report(`the firewall ${name} opens SSH to the world; keep it to adminCidrs`, urn);
      }
    }
  },
};

function sshIsRestricted(props: Record<string, unknown>): boolean {
  const rules = known(() => props.rules as readonly FirewallRule[] | undefined) ?? [];
  return rules.some(
    (rule) => known(() => opensTo(rule) === "some" && rule.port === ports.ssh.toString()) ?? false,
  );
}
