import * as pulumi from "@pulumi/pulumi";
import { localBridgeName } from "../components/bridgePlan";
import type { LocalBridge } from "../settings/bridges";
import { none, obstacle, type Findings } from "./findings";

/**
 * Refuses `never` as long as the web host has a bridge of its own: its firewall closes before any bridge is emptied,
 * because the engine updates before it deletes, and would cut off whoever is on it.
 *
 * @param hasServers whether the cluster is there already; a new one has no bridge to empty
 * @param urns of all that is in the stack's state; by default the engine tells
 */
export async function checkLocalBridge(
  localBridge: LocalBridge,
  hasServers: boolean,
  urns: () => Promise<readonly string[]> = urnsInState,
): Promise<Findings> {
  if (localBridge !== "never" || !hasServers) return none;
  const isThere = (await urns()).some((urn) => urn.endsWith(`-${localBridgeName}-drain`));
  if (!isThere) return none;
  return obstacle(
    "localBridge",
    "is never, and the web host still has its own bridge: its media port would close before people are moved off it",
    "pulumi config set localBridge auto && pulumi up  # empties and removes it; then: pulumi config set localBridge never && pulumi up",
  );
}

/** By the engine's built-in function, the one under StackReference, which tells outputs only. */
async function urnsInState(): Promise<string[]> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  })) as { outputs?: Record<string, unknown> };
  return Object.keys(answer.outputs ?? {});
}
