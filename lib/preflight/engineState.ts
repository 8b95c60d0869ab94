import * as pulumi from "@pulumi/pulumi";

/** A resource of the stack's state, as far as the engine shows it to a program. */
export interface EngineResource {
  readonly urn: string;
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The stack's state as it was before this run; one with `--refresh` does not see what that finds. */
export interface EngineState {
  /**
   * All resources but those that are marked for deletion. With 90 bridges they are 35 MB, which take half a gigabyte of
   * memory and many seconds to read: only for a check that has a reason.
   */
  resources(): Promise<readonly EngineResource[]>;
  /** The stack's outputs by the last run that got to them. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

/** By the engine's built-in functions, those under StackReference. */
export const engineState: EngineState = {
  async resources() {
    const outputs = await invoke("readStackResourceOutputs", { stackName: stackName() });
    return Object.entries(outputs as Readonly<Record<string, Partial<EngineResource>>>).map(
      ([urn, { type = "", outputs = {} }]) => ({ urn, type, outputs }),
    );
  },
  outputs: () => invoke("readStackOutputs", { name: stackName() }),
};

const stackName = (): string =>
  `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;

async function invoke(
  name: string,
  args: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = (await pulumi.runtime.invoke(`pulumi:pulumi:${name}`, args)) as {
    outputs?: Readonly<Record<string, unknown>>;
  };
  return answer.outputs ?? {};
}
