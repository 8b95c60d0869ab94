import { limits } from "../constants";

/** Number, from 0, of the placement group of a bridge. It follows from the bridge's own number alone. */
export function placementGroupOf(bridgeIndex: number): number {
  return Math.floor(bridgeIndex / limits.serversPerPlacementGroup);
}

/** How many placement groups the bridges with these numbers need. */
export function placementGroupCount(bridgeNumbers: readonly number[]): number {
  return Math.max(0, ...bridgeNumbers.map((number) => placementGroupOf(number) + 1));
}
