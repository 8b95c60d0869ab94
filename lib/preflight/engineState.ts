import * as pulumi from "@pulumi/pulumi";

/** A resource of the stack's state, with what the engine shows to a program. */
export interface EngineResource {
  readonly urn: string;
  readonly type: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The stack's state before this run. With `--refresh`, it does not contain what the refresh finds. */
export interface EngineState {
  /**
   * All resources, except those that are marked for deletion. With 90 bridges they are 35 MB, and reading them takes half
   * a gigabyte of memory and many seconds. So only a check that has a reason reads them.
   */
  resources(): Promise<readonly EngineResource[]>;
  /** The stack's outputs, from the last run that wrote them. */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

/** Read by the engine's built-in functions, on which StackReference is based. */
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
