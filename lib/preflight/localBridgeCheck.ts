import { localBridgeName } from "../bridgeNames";
import type { Settings } from "../config/settings";
import { nameOf, partsOf } from "../resourceNames";
import { engineState, type EngineState } from "./engineState";
import { none, problem, type Findings } from "./findings";

/**
 * Refuses `never` while the web host has a bridge of its own. The engine updates before it deletes, so the firewall would
 * close before the bridge is drained, and would cut off its participants.
 *
 * @param hasServers whether the cluster exists already; a new cluster has no bridge to drain
 * @param state by default that of the engine
 */
export async function checkLocalBridge(
  localBridge: Settings["localBridge"],
  hasServers: boolean,
  state: Pick<EngineState, "resources"> = engineState,
): Promise<Findings> {
  if (localBridge !== "never" || !hasServers) return none;
  const isThere = (await state.resources()).some(({ urn }) => {
    const { host, part } = partsOf(nameOf(urn));
    return host === localBridgeName && part === "drain";
  });
  if (!isThere) return none;
  return problem(
    "localBridge",
    "is never, but the web host still has its own bridge, whose media port would close before its participants are moved",
    "pulumi config set localBridge auto && pulumi up  # drains and removes it; then: pulumi config set localBridge never && pulumi up",
  );
}
