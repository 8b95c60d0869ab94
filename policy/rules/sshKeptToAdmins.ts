import type { ResourceValidationPolicy } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { types } from "../rule";
import { sshIsOpen } from "./sshClosed";

/** The setting of the stack, not of the pack: who restricts SSH has said so there. */
function isRestricted(): boolean {
  const adminCidrs = new pulumi.Config("jitsi-hetzner").get("adminCidrs") ?? "[]";
  return adminCidrs.replace(/\s/g, "") !== "[]" && adminCidrs !== "";
}

export const sshKeptToAdmins: ResourceValidationPolicy = {
  name: "ssh-kept-to-admins",
  description: "Where adminCidrs is set, no firewall lets the world in to SSH.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type === types.firewall && isRestricted() && sshIsOpen(props)) {
      report("SSH is open to the world although adminCidrs is set");
    }
  },
};
