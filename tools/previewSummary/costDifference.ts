import type { State, Step } from "./preview";
import { ipv4Price, prices } from "../../lib/plan/prices";

/** What the changes of a preview cost a month. */
export interface CostDifference {
  /** EUR a month, net, more (or less) than before. */
  readonly difference: number;
  /** Server types without a known price; they are not in the sum. */
  readonly unknown: readonly string[];
}

/** Servers and public IPv4 addresses; traffic over the included amount is not in it. */
export function costDifference(steps: readonly Step[]): CostDifference {
  const unknown = new Set<string>();
  const costOf = (state: State | undefined): number => {
    if (state?.type === "hcloud:index/primaryIp:PrimaryIp") {
      return state.inputs?.type === "ipv4" ? ipv4Price : 0;
    }
    if (state?.type !== "hcloud:index/server:Server") return 0;
    const type = String(state.inputs?.serverType);
    const price = Object.hasOwn(prices, type) ? prices[type] : undefined;
    if (price === undefined) unknown.add(type);
    // With addresses of its own choice a server has none of its own.
    const hasOwnAddress = state.inputs?.publicNets === undefined;
    return (price ?? 0) + (hasOwnAddress ? ipv4Price : 0);
  };
  let difference = 0;
  for (const { op, oldState, newState } of steps) {
    if (op === "create") difference += costOf(newState);
    if (op === "delete") difference -= costOf(oldState);
    if (op === "update" || op === "replace") difference += costOf(newState) - costOf(oldState);
  }
  return { difference: Math.round(difference * 100) / 100, unknown: [...unknown].sort() };
}
