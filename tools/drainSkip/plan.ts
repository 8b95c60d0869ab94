import { bridgeNumber, localBridgeName } from "../../lib/bridgeNames";
import { OperatorError } from "../../lib/errors";
import { localRecorderName, recorderNumber } from "../../lib/recorderNames";
import { nameOf, partsOf } from "../../lib/resourceNames";
import { resourceTypes } from "../../lib/resourceTypes";
import type { ExportedResource, StackExport } from "../stackExport";

/** How an operator names a bridge: by its number, or `local`. A recorder by its name: jibri-0, local-recorder. */
export type BridgeId = number | string;

/** What has to leave the state, so that a bridge is removed without a drain. */
export interface SkipPlan {
  /** URN of the drain. */
  readonly drain: string;
  /**
   * Names of what depends on it and leaves the state with it: checks, and the certificate's step. The next `up` creates
   * them again. Their delete runs nothing on any host.
   */
  readonly checks: readonly string[];
  /** URN of the bridge's server; absent for the bridge on the web host. */
  readonly server?: string;
}

/**
 * Finds the drain of a bridge, and the resources for which the engine would refuse to remove it. Pure.
 *
 * @param bridge its number, `local` for the bridge on the web host, or the name of a recorder
 * @throws OperatorError if there is no such drain, or if a resource that must stay depends on it
 */
export function planSkip({ resources }: StackExport, bridge: BridgeId): SkipPlan {
  const drains = resources.flatMap(({ type, urn }) => {
    const drained = type === resourceTypes.remoteCommand ? drainedBridge(urn) : undefined;
    return drained === undefined ? [] : [{ urn, drained }];
  });
  const drain = drains.find(({ drained }) => drained === bridge);
  if (drain === undefined) {
    const known = drains
      .map(({ drained }) => drained)
      .filter((one) => nounOf(one) === nounOf(bridge))
      .sort(byNumber);
    throw new OperatorError(
      `${nounOf(bridge)} ${bridge} has no drain in this stack's state; ${nounOf(bridge)}s that have one: ${known.join(", ") || "none"}`,
    );
  }
  const dependents = dependentsOf(drain.urn, resources);
  const kept = dependents.filter((resource) => !isCheck(resource));
  if (kept.length > 0) {
    const names = kept.map(({ urn }) => nameOf(urn)).join(", ");
    throw new OperatorError(
      `the drain of ${nounOf(bridge)} ${bridge} cannot be removed: ${names} must come after it. Finish or undo the change that is in progress (rollBridges), then try again`,
    );
  }
  // A component and its step have the same name.
  const checks = [...new Set(dependents.map(({ urn }) => nameOf(urn)))];
  const server = resources.find(
    ({ type, urn }) =>
      type === resourceTypes.server && `${nameOf(urn)}-drain` === nameOf(drain.urn),
  );
  return { drain: drain.urn, checks, server: server?.urn };
}

const nounOf = (bridge: BridgeId): string =>
  typeof bridge === "string" && isRecorder(bridge) ? "recorder" : "bridge";

/** The bridge or recorder that a step drains, by the step's name: jitsi-jvb-0-drain; `undefined` for another step. */
function drainedBridge(urn: string): BridgeId | undefined {
  const { host, part } = partsOf(nameOf(urn));
  if (part !== "drain" || host === undefined) return undefined;
  return host === localBridgeName || isRecorder(host) ? host : bridgeNumber(host);
}

/** Whether this is the name of a recorder. */
export const isRecorder = (name: string): boolean =>
  name === localRecorderName || recorderNumber(name) !== undefined;

/** Those without a number come last. */
function byNumber(a: BridgeId, b: BridgeId): number {
  const [first, second] = [a, b].map((one) => (typeof one === "number" ? one : Infinity));
  return first === second ? String(a).localeCompare(String(b)) : (first ?? 0) - (second ?? 0);
}

/** A step whose delete runs nothing, or a component, whose parts are checked by themselves. Nothing is lost with these. */
function isCheck({ type, custom, urn, inputs = {} }: ExportedResource): boolean {
  if (custom !== true || partsOf(nameOf(urn)).part === copyKey) return true;
  return (
    type === resourceTypes.remoteCommand && (inputs.delete === undefined || inputs.delete === "")
  );
}

/**
 * It is below the certificate, which comes after the acceptance. With another key, the next `up` has the bridges keep other
 * copies of the certificates.
 */
const copyKey = "certificate-copy-key";

/** All resources that depend on a resource, directly or through others. */
function dependentsOf(urn: string, resources: readonly ExportedResource[]): ExportedResource[] {
  const found = new Set([urn]);
  // In a state, a resource comes after all that it depends on.
  return resources.filter((resource) => {
    const depends = [...(resource.dependencies ?? []), resource.parent, resource.deletedWith];
    if (!depends.some((one) => one !== undefined && found.has(one))) return false;
    found.add(resource.urn);
    return true;
  });
}
