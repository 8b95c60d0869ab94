import { nodeKey, nodeName } from "../../lib/nodeNames";
import { OperatorError } from "../../lib/errors";
import { nameOf, partsOf } from "../../lib/resourceNames";
import { resourceTypes } from "../../lib/resourceTypes";
import { readExport, type ExportedResource } from "../stackExport";

/** What removes an existing machine without a connection to it. */
export interface MachineSkip {
  /** Names of the steps that do nothing any more when they are deleted. */
  readonly steps: readonly string[];
  /** The state with these steps, for `pulumi stack import`. */
  readonly state: string;
}

/** Steps whose delete needs the machine: one empties its bridge, one cleans the machine. */
const partsThatNeedIt: readonly string[] = ["drain", "leave"];

/**
 * Takes the deletes that need an existing machine out of the state. The steps themselves stay, because all others of the
 * machine depend on them: their deletes close the ways to it on the web host. Pure.
 *
 * @param exported what `pulumi stack export` printed
 * @param machine its name
 * @throws OperatorError if the state has no such machine, or an earlier run was interrupted
 */
export function planMachineSkip(exported: string, machine: string): MachineSkip {
  const { resources, pending } = readExport(exported);
  if (pending.length > 0) {
    throw new OperatorError("an earlier run was interrupted; first: npm run doctor -- --repair");
  }
  const steps = resources.filter((resource) => needsMachine(resource, machine));
  if (steps.length === 0) {
    const known = machinesOf(resources);
    throw new OperatorError(
      `there is no machine "${machine}" in this stack's state; machines: ${known.join(", ") || "none"}`,
    );
  }
  const document = JSON.parse(exported) as { readonly deployment?: object };
  const changed = new Set(steps.map(({ urn }) => urn));
  return {
    steps: steps.map(({ urn }) => nameOf(urn)),
    state: JSON.stringify({
      ...document,
      deployment: {
        ...document.deployment,
        resources: resources.map((one) => (changed.has(one.urn) ? withoutDelete(one) : one)),
      },
    }),
  };
}

function needsMachine({ urn, type }: ExportedResource, machine: string): boolean {
  const { host, part } = partsOf(nameOf(urn));
  return (
    type === resourceTypes.remoteCommand &&
    host === nodeKey(machine) &&
    partsThatNeedIt.includes(part)
  );
}

/** Names of the machines in a state. */
export function machinesOf(resources: readonly ExportedResource[]): string[] {
  const names = resources.flatMap(({ urn }) => nodeName(partsOf(nameOf(urn)).host ?? "") ?? []);
  return [...new Set(names)].sort();
}

function withoutDelete(resource: ExportedResource): ExportedResource {
  const without = (values: ExportedResource["inputs"] = {}): ExportedResource["inputs"] =>
    Object.fromEntries(Object.entries(values).filter(([key]) => key !== "delete"));
  return { ...resource, inputs: without(resource.inputs), outputs: without(resource.outputs) };
}
