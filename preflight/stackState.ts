import * as pulumi from "@pulumi/pulumi";

/** A resource of the stack's state, as far as the engine shows it to a program. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * The resources in the stack's state, without those that are marked for deletion. By the engine's built-in function, the
 * one under StackReference. A run with `--refresh` sees the state as it was before the refresh.
 */
export async function readState(): Promise<readonly StateResource[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs?: Readonly<Record<string, Partial<Omit<StateResource, "urn">>>> };
  return Object.entries(answer.outputs ?? {}).map(([urn, { type = "", outputs = {} }]) => ({
    urn,
    type,
    outputs,
  }));
}
