import { limits } from "../constants";

/** Number, from 0, of the placement group of a bridge or recorder. It follows from its own number alone. */
export function placementGroupOf(index: number): number {
  return Math.floor(index / limits.serversPerPlacementGroup);
}

/** How many placement groups the hosts with these numbers need. */
export function placementGroupCount(numbers: readonly number[]): number {
  return Math.max(0, ...numbers.map((number) => placementGroupOf(number) + 1));
}
