import { bridgeNumber, localBridgeName } from "../../lib/bridgeNames";
import { OperatorError } from "../../lib/errors";
import { nodeName } from "../../lib/nodeNames";
import { recorderNumber } from "../../lib/recorderNames";
import { nameOf, partsOf } from "../../lib/resourceNames";
import { resourceTypes, typeToken } from "../../lib/resourceTypes";
import { readExport, type ExportedResource } from "../stackExport";

export interface RepairPlan {
  /** Names of the steps that run again, in the order of the state: what a step depends on comes before it. */
  readonly steps: readonly string[];
  /** The state in which they differ from the program, for `pulumi stack import`. */
  readonly state: string;
}

const hostTypes: readonly string[] = [
  "Bridge",
  "NodeBridge",
  "Recorder",
  "LocalRecorder",
  "NodeRecorder",
  "WebHost",
].map(typeToken);
/** They follow every repair. */
const lastTypes: readonly string[] = [typeToken("RollingRestart"), typeToken("Acceptance")];
const webType = typeToken("WebHost");
/** They work on the web host too, but are not below it in the state, as they depend on other hosts or can go alone. */
const besideWebTypes = ["DrainPolicy", "Certificate", "LocalBridge"].map(typeToken);
/** At the end of a step's text. The shell reads it as part of the comment that names the step. */
const repairMark = " (to be repaired)";

/**
 * Marks the remote steps of one host so that the next `pulumi up` runs them as *updates*. A replacement would be wrong: it
 * creates the step again, without taking the bridge out of service, and then deletes the old step, which for one of them
 * is the drain.
 *
 * The mark is a difference between the step's text in the state and in the program. The update removes it.
 *
 * @param exported what `pulumi stack export` printed
 * @param host `1` or `jvb-1` for a bridge, `web` for the web host, `local` for its own bridge with all of it, the name of an existing machine
 * @throws OperatorError if there is no such host, or an earlier run was interrupted
 */
export function planRepair(exported: string, host: string): RepairPlan {
  const { resources, pending } = readExport(exported);
  if (pending.length > 0) {
    throw new OperatorError("an earlier run was interrupted; first: npm run doctor -- --repair");
  }
  const chosen = findHost(resources, host);
  const beside = chosen.type === webType ? [...besideWebTypes, ...lastTypes] : lastTypes;
  const roots = [chosen, ...resources.filter(({ type }) => beside.includes(type))].map(
    ({ urn }) => urn,
  );
  const { host: key = "" } = partsOf(nameOf(chosen.urn));
  // Steps of a machine or a recorder can have another parent.
  const isOfHost = ({ urn }: ExportedResource): boolean =>
    (nodeName(key) !== undefined || recorderNumber(key) !== undefined) &&
    partsOf(nameOf(urn)).host === key;
  const isChosen = (resource: ExportedResource): boolean =>
    (resource.type === resourceTypes.remoteCommand ||
      resource.type === resourceTypes.copyToRemote) &&
    resource.delete !== true &&
    // The first contact runs once in a host's life.
    resource.ignoreChanges?.includes("create") !== true &&
    // What runs at a deletion alone has nothing to repeat.
    textKey(resource.inputs) !== undefined &&
    (isOfHost(resource) || ancestors(resource, resources).some((urn) => roots.includes(urn)));
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
    .map((resource) => ({ resource, name: partsOf(nameOf(resource.urn)).host ?? "" }))
    .map(({ resource, name }) => ({ resource, name: nodeName(name) ?? name }));
  // Messages about the web host's own bridge have its name.
  const asked = host === localBridgeName ? "web" : host;
  const found = hosts.find(
    ({ name }) => name === asked || bridgeNumber(name)?.toString() === asked,
  );
  if (found !== undefined) return found.resource;
  const names = hosts.map(({ name }) => name).join(", ");
  throw new OperatorError(
    names === ""
      ? "the stack has no hosts yet: pulumi up"
      : `there is no host "${host}" in this stack; there are: ${names}`,
  );
}

function ancestors(resource: ExportedResource, resources: readonly ExportedResource[]): string[] {
  const urns: string[] = [];
  let urn = resource.parent;
  while (urn !== undefined && !urns.includes(urn)) {
    urns.push(urn);
    urn = resources.find((candidate) => candidate.urn === urn)?.parent;
  }
  return urns;
}

/** The input in which a difference runs the step again. A file is copied again if its path differs. */
const textKey = (values: ExportedResource["inputs"]): string | undefined =>
  ["remotePath", "create"].find((name) => typeof values?.[name] === "string");

function markedForUpdate(resource: ExportedResource): ExportedResource {
  const mark = (values: ExportedResource["inputs"]): ExportedResource["inputs"] => {
    const key = textKey(values);
    if (key === undefined) return values;
    const text = values?.[key];
    if (typeof text !== "string" || text.endsWith(repairMark)) return values;
    return { ...values, [key]: text + repairMark };
  };
  return { ...resource, inputs: mark(resource.inputs), outputs: mark(resource.outputs) };
}
