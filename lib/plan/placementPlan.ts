import { limits } from "../constants";

/** Number, from 0, of the placement group that a bridge belongs to. Follows from its own number alone. */
export function placementGroupOf(bridgeIndex: number): number {
  return Math.floor(bridgeIndex / limits.serversPerPlacementGroup);
}

/** How many placement groups bridges of these numbers need. */
export function placementGroupCount(bridgeNumbers: readonly number[]): number {
  return Math.max(0, ...bridgeNumbers.map((number) => placementGroupOf(number) + 1));
}
