import { OperatorError } from "../../lib/errors";
import { bridgeNumber } from "../../lib/bridgeNames";
import { resourceTypes, typeToken } from "../../lib/resourceTypes";
import { readExport, type ExportedResource } from "../stackExport";
import { nameOf } from "../stackState";

export interface RepairPlan {
  /** Names of the steps that run again, in the order of the state: what a step needs is before it. */
  readonly steps: readonly string[];
  /** The state in which they differ from the program, for `pulumi stack import`. */
  readonly state: string;
}

const hostTypes: readonly string[] = [typeToken("Bridge"), typeToken("WebHost")];
/** Follows every repair: the proof that the cluster works. */
const acceptanceType = typeToken("Acceptance");
/** At the end of a step's text, where the shell reads it as a part of the comment that names the step. */
const repairMark = " (to be repaired)";

/**
 * Marks the remote steps of one host so that the next `pulumi up` runs them as *updates*. A replacement would do
 * otherwise: it creates anew, for which a bridge is not taken out of service, and then deletes the old step, which
 * for the last one is the drain.
 *
 * Their text in the state is made different from the program's; the update sets it right again.
 *
 * @param exported what `pulumi stack export` printed
 * @param host `1` or `jvb-1` for a bridge, `web` for the web host
 * @throws OperatorError where there is no such host, or a run was interrupted
 */
export function planRepair(exported: string, host: string): RepairPlan {
  const { resources, pending } = readExport(exported);
  if (pending.length > 0) {
    throw new OperatorError("a run was interrupted before: first `npm run doctor -- --repair`");
  }
  const acceptance = resources.find(({ type }) => type === acceptanceType);
  const roots = [findHost(resources, host).urn, acceptance?.urn];
  const isChosen = (resource: ExportedResource): boolean =>
    (resource.type === resourceTypes.remoteCommand ||
      resource.type === resourceTypes.copyToRemote) &&
    resource.delete !== true &&
    // Such a step runs once in a host's life.
    resource.ignoreChanges?.includes("create") !== true &&
    ancestors(resource, resources).some((urn) => roots.includes(urn));
  const document = JSON.parse(exported) as { readonly deployment?: object };
  return {
    steps: resources.filter(isChosen).map(({ urn }) => nameOf(urn)),
    state: JSON.stringify({
      ...document,
      deployment: {
        ...document.deployment,
        resources: resources.map((one) => (isChosen(one) ? markedForUpdate(one) : one)),
      },
    }),
  };
}

function findHost(resources: readonly ExportedResource[], host: string): ExportedResource {
  const hosts = resources
    .filter(({ type }) => hostTypes.includes(type))
    .map((resource) => ({ resource, name: withoutPrefix(nameOf(resource.urn)) }));
  const found = hosts.find(({ name }) => name === host || bridgeNumber(name)?.toString() === host);
  if (found !== undefined) return found.resource;
  const names = hosts.map(({ name }) => name).join(", ");
  throw new OperatorError(
    names === ""
      ? "the stack has no hosts yet: pulumi up"
      : `there is no host "${host}" in this stack; there are: ${names}`,
  );
}

/** The name for people: jitsi-jvb-1 is jvb-1. */
const withoutPrefix = (name: string): string => name.slice(name.indexOf("-") + 1);

function ancestors(resource: ExportedResource, resources: readonly ExportedResource[]): string[] {
  const urns: string[] = [];
  let urn = resource.parent;
  while (urn !== undefined && !urns.includes(urn)) {
    urns.push(urn);
    urn = resources.find((candidate) => candidate.urn === urn)?.parent;
  }
  return urns;
}

function markedForUpdate(resource: ExportedResource): ExportedResource {
  const mark = (values: ExportedResource["inputs"]): ExportedResource["inputs"] => {
    // A copy is made again where its path differs. A step that does nothing when it is made has only an update: the
    // one that empties a bridge before its restart.
    const key = ["remotePath", "create", "update"].find(
      (name) => typeof values?.[name] === "string",
    );
    if (key === undefined) return values;
    const text = values?.[key];
    if (typeof text !== "string" || text.endsWith(repairMark)) return values;
    return { ...values, [key]: text + repairMark };
  };
  return { ...resource, inputs: mark(resource.inputs), outputs: mark(resource.outputs) };
}
