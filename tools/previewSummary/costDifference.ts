import { cents, sumOf, type CostItem } from "../../lib/plan/cost";
import { listedIpv4, listedServer } from "../../lib/plan/prices";
import { resourceTypes } from "../../lib/resourceTypes";
import type { State, Step } from "./preview";

/** What the changes of a preview cost per month. */
export interface CostDifference {
  /** The change in EUR per month, net. */
  readonly difference: number;
  /** Server types without a known price. They are not in the sum. */
  readonly unknown: readonly string[];
}

/** Operations with an old state that ends, and operations with a new state. */
const ending: readonly string[] = ["delete", "update", "replace"];
const making: readonly string[] = ["create", "update", "replace"];

/** Servers and public IPv4 addresses. Traffic beyond the included amount is not in it. */
export function costDifference(steps: readonly Step[]): CostDifference {
  const before = steps.filter(({ op }) => ending.includes(op));
  const after = steps.filter(({ op }) => making.includes(op));
  const [old, next] = [
    sumOf(before.flatMap(({ oldState }) => itemsOf(oldState))),
    sumOf(after.flatMap(({ newState }) => itemsOf(newState))),
  ];
  return {
    difference: cents(next.total - old.total),
    unknown: [...new Set([...old.unknown, ...next.unknown])].sort(),
  };
}

function itemsOf(state: State | undefined): CostItem[] {
  if (state?.type === resourceTypes.primaryIp) {
    return state.inputs?.type === "ipv4" ? [listedIpv4] : [];
  }
  if (state?.type !== resourceTypes.server) return [];
  const server = listedServer(String(state.inputs?.serverType));
  // A server with `publicNets` has primary IPs of the stack, and none of its own.
  return state.inputs?.publicNets === undefined ? [server, listedIpv4] : [server];
}
