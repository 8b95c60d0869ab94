import type { ResourceValidationPolicy } from "@pulumi/policy";
import { withPartsUnpacked } from "../../lib/packedText";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

/** Every process on a host can read its user data, and so can everyone with read access to the API. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, "a private key"],
  // A literal value, not a variable, a command's output or a mask.
  [
    /\b[A-Za-z_]*(?:password|passwd|secret|token)\b["']?\s*[:=]\s*["']?[A-Za-z0-9+/_.-]{8,}/i,
    "a password, secret or token",
  ],
  [/\b[A-Za-z0-9]{64}\b/, "a text that looks like an API token"],
];

/** The one exception: the host key of the first contact, which is replaced and worthless after it. */
const bootstrapHostKey = /^\s*ecdsa_private:.*$/m;

export const noSecretInUserData: ResourceValidationPolicy = {
  name: "no-secret-in-user-data",
  description: "User data holds no secret; the host key of the first contact is the one exception.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type !== resourceTypes.server) return;
    const userData = known(() => props.userData as string | undefined);
    if (userData === undefined) return;
    const rest = withPartsUnpacked(userData).replace(bootstrapHostKey, "");
    for (const [pattern, what] of patterns) {
      if (pattern.test(rest)) {
        report(
          `its user data holds ${what}; send it over SSH as a value of a remote step, whose stdin is secret`,
        );
      }
    }
  },
};
