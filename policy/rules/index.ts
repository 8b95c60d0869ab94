import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { canonicalRanges } from "./canonicalRanges";
import { deleteProtection } from "./deleteProtection";
import { internalPortsClosed } from "./internalPortsClosed";
import { monthlyCost } from "./monthlyCost";
import { noPlainSecretInOutputs } from "./noPlainSecretInOutputs";
import { noSecretInUserData } from "./noSecretInUserData";
import { serverCount } from "./serverCount";
import { serversInFirewall } from "./serversInFirewall";
import { serversLabelled } from "./serversLabelled";
import { serverTypesSold } from "./serverTypesSold";
import { sshClosed } from "./sshClosed";
import { sshKeptToAdmins } from "./sshKeptToAdmins";

/** All rules of the pack. A new one is a file beside this one and a line here. */
export const rules: readonly (ResourceValidationPolicy | StackValidationPolicy)[] = [
  noSecretInUserData,
  internalPortsClosed,
  sshClosed,
  sshKeptToAdmins,
  canonicalRanges,
  serversLabelled,
  serversInFirewall,
  deleteProtection,
  serverTypesSold,
  serverCount,
  monthlyCost,
  noPlainSecretInOutputs,
];
