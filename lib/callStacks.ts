import * as pulumi from "@pulumi/pulumi";

/**
 * Keeps call stacks out of the state. Pulumi's SDK notes for each resource the whole stack of calls that made it: up to 1 KB,
 * a tenth of the state, which the engine writes again at each of its steps. The lines in it are those of the program after
 * its translation to JavaScript, so nobody can use them. The SDK has no option for it.
 */
export function leaveOutCallStacks(): void {
  const sdk = pulumi.Resource as unknown as { stackTrace: (skip: number) => readonly object[] };
  sdk.stackTrace = () => [];
}
