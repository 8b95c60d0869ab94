import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

/** A resource as a rule sees it. */
export interface Seen {
  readonly type: string;
  readonly name?: string;
  readonly props: Record<string, unknown>;
}

/** What a rule says about these resources of a stack. */
export async function judge(
  rule: ResourceValidationPolicy | StackValidationPolicy,
  resources: readonly Seen[],
  config: object = {},
  stack = "dev",
): Promise<string[]> {
  const said: string[] = [];
  const report = (message: string): void => {
    said.push(message);
  };
  const all = resources.map(({ name = "it", ...rest }) => ({
    ...rest,
    name,
    urn: `urn:pulumi:${stack}::jitsi-hetzner::${rest.type}::${name}`,
    getConfig: () => config,
  }));
  if ("validateStack" in rule) {
    const args = { resources: all as unknown as PolicyResource[], getConfig: () => config };
    await rule.validateStack(args as Parameters<typeof rule.validateStack>[0], report);
    return said;
  }
  const checks = [rule.validateResource ?? []].flat();
  for (const resource of all) {
    for (const check of checks) await check(resource as unknown as ResourceValidationArgs, report);
  }
  return said;
}
