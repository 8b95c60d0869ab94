import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { resourceTypes } from "../../lib/resourceTypes";
import { known } from "../rule";

/** Outputs that are secrets and are marked as secret; a unit test of the program checks that. */
const defaultSecretOutputs = ["deploymentKey"];
const privateKey = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/;

/**
 * The engine passes secrets to a policy without a mark, so a secret output looks like a plain one here. The rule finds a
 * private key, or a value that the stack generated as a secret, in any output that is not known to be secret.
 */
export const noPlainSecretInOutputs: StackValidationPolicy = {
  name: "no-plain-secret-in-outputs",
  description: "No output of the stack holds a secret in plain text.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { secretOutputs: { type: "array", items: { type: "string" } } } },
  validateStack: (args, report) => {
    const { resources } = args;
    const allowed =
      args.getConfig<{ secretOutputs?: readonly string[] }>().secretOutputs ?? defaultSecretOutputs;
    const secrets = resources.flatMap(secretsOf);
    const stack = resources.find(({ type }) => type === resourceTypes.stack);
    for (const name of Object.keys(stack?.props ?? {})) {
      if (allowed.includes(name)) continue;
      const text = known(() => JSON.stringify(stack?.props[name])) ?? "";
      if (privateKey.test(text) || secrets.some((secret) => text.includes(secret))) {
        report(`the output ${name} holds a secret; mark it with pulumi.secret, or leave it out`);
      }
    }
  },
};

function secretsOf({ type, props }: PolicyResource): string[] {
  const names =
    type === resourceTypes.randomPassword
      ? ["result"]
      : type === resourceTypes.randomBytes
        ? ["base64", "hex"]
        : [];
  return names.flatMap((name) => known(() => props[name] as string | undefined) ?? []);
}
