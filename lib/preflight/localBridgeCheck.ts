import { localBridgeName } from "../bridgeNames";
import type { Settings } from "../config/settings";
import { none, problem, type Findings } from "./findings";
import { engineState, type EngineState } from "./engineState";

/**
 * Refuses `never` as long as the web host has a bridge of its own: its firewall closes before any bridge is emptied,
 * because the engine updates before it deletes, and would cut off whoever is on it.
 *
 * @param hasServers whether the cluster is there already; a new one has no bridge to empty
 * @param state by default the engine's
 */
export async function checkLocalBridge(
  localBridge: Settings["localBridge"],
  hasServers: boolean,
  state: Pick<EngineState, "resources"> = engineState,
): Promise<Findings> {
  if (localBridge !== "never" || !hasServers) return none;
  const isThere = (await state.resources()).some(({ urn }) =>
    urn.endsWith(`-${localBridgeName}-drain`),
  );
  if (!isThere) return none;
  return problem(
    "localBridge",
    "is never, but the web host still has its own bridge, whose media port would close before its participants are moved",
    "pulumi config set localBridge auto && pulumi up  # drains and removes it; then: pulumi config set localBridge never && pulumi up",
  );
}
