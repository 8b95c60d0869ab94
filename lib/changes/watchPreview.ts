import * as pulumi from "@pulumi/pulumi";
import type { EngineResource, EngineState } from "../preflight/engineState";
import type { ChangeStep } from "./changeStep";

export interface PreviewWatch {
  /** For the component above all resources. */
  readonly transformation: pulumi.ResourceTransformation;
  /** Ends when the engine has previewed all resources that the program has asked for. */
  seen(): Promise<SeenPreview>;
}

export interface SeenPreview {
  /** What the preview does. */
  readonly steps: readonly ChangeStep[];
  /** The state before it. */
  readonly before: readonly EngineResource[];
}

/** Types of resources that are no components. A component has no hooks. */
const watched = /^(hcloud|command|random):/;

/** What the engine tells before it makes or changes a resource. */
export type HookArgs = Pick<pulumi.ResourceHookArgs, "urn" | "type" | "newInputs" | "oldInputs">;

/**
 * Watches a preview, so that the program can say what it does to hosts: the engine calls back for each resource that it
 * would make or change. What it would delete is what the state has and the program does not ask for any more.
 *
 * For a preview only: an `up` would write the hooks into the state.
 */
export function watchPreview(state: EngineState): PreviewWatch {
  const resources: pulumi.Resource[] = [];
  const calls: { readonly op: "create" | "update"; readonly args: HookArgs }[] = [];
  const hook = (op: "create" | "update"): pulumi.ResourceHook =>
    new pulumi.ResourceHook(
      `preview-${op}`,
      (args) => {
        calls.push({ op, args });
      },
      { onDryRun: true },
    );
  const hooks = { beforeCreate: [hook("create")], beforeUpdate: [hook("update")] };
  return {
    transformation: ({ resource, type, props, opts }) => {
      resources.push(resource);
      return watched.test(type) ? { props, opts: { ...opts, hooks } } : undefined;
    },
    async seen() {
      const [urns, before] = await Promise.all([urnsOf(resources), state.resources()]);
      const made = calls.map(({ op, args }) => madeStep(op, args, before));
      return { steps: [...made, ...deleteSteps(before, urns)], before };
    },
  };
}

/** An engine's call as a step. Something that is made anew while the state has it is a replacement. Pure. */
export function madeStep(
  op: "create" | "update",
  { urn, type, newInputs, oldInputs }: HookArgs,
  before: readonly EngineResource[],
): ChangeStep {
  const newState = { type, inputs: newInputs };
  if (op === "update") return { op, urn, oldState: { type, inputs: oldInputs }, newState };
  const old = before.find((resource) => resource.urn === urn);
  return old === undefined
    ? { op, urn, newState }
    : { op: "replace", urn, oldState: { type, inputs: old.outputs }, newState };
}

/** Resources of the cluster that the program does not ask for any more. Pure. @param urns of those that it asks for */
export function deleteSteps(
  before: readonly EngineResource[],
  urns: readonly string[],
): ChangeStep[] {
  const kept = new Set(urns);
  return before
    .filter(({ urn, type }) => watched.test(type) && !kept.has(urn))
    .map(({ urn, type, outputs }) => ({ op: "delete", urn, oldState: { type, inputs: outputs } }));
}

function urnsOf(resources: readonly pulumi.Resource[]): Promise<string[]> {
  return new Promise((resolve) => {
    pulumi.all(resources.map(({ urn }) => urn)).apply(resolve);
  });
}
