import { limits } from "../constants";

/** Number, from 0, of the placement group that a bridge belongs to. Follows from its own number alone. */
export function placementGroupOf(bridgeIndex: number): number {
  return Math.floor(bridgeIndex / limits.serversPerPlacementGroup);
}

/** How many placement groups so many bridges need. */
export function placementGroupCount(bridgeCount: number): number {
  return Math.ceil(bridgeCount / limits.serversPerPlacementGroup);
}
