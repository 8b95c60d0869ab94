import type { Problem } from "../../problem";
import { declaredNumbers, hasLocalBridge } from "../bridges";
import { set, unset } from "../command";
import { isBridgeNode, type ExistingNode } from "../existingNode";
import type { Rule } from "../setting";
import { mostBridges, type BridgeChoice } from "./bridges";

/** What the settings about bridges have to be together. */

/** A number whose removal changes nothing is a mistake, or was forgotten: it would count at the next scaling. */
const removedBridgesExist: Rule<Pick<BridgeChoice, "jvbCount" | "removedBridges">> = {
  reads: ["jvbCount", "removedBridges"],
  check: ({ jvbCount, removedBridges }) => {
    const key = "removedBridges";
    const highest = jvbCount + removedBridges.length - 1;
    if (highest >= mostBridges) {
      const size = `${removedBridges.length} ${removedBridges.length === 1 ? "number" : "numbers"}`;
      const reason = `has ${size} and jvbCount is ${jvbCount}; the sum may be at most ${mostBridges}, because the highest bridge number is ${mostBridges - 1}`;
      return [{ key, reason, fix: unset(key) }];
    }
    return removedBridges
      .filter((number) => number > highest)
      .map((number) => ({
        key,
        reason: `has ${number}, which does not exist: with jvbCount ${jvbCount}, the numbers go up to ${highest} at most`,
        fix: unset(key),
      }));
  },
};

type Numbers = Pick<BridgeChoice, "jvbCount" | "removedBridges">;

const drainingBridgesExist: Rule<Numbers & Pick<BridgeChoice, "drainingBridges">> = {
  reads: ["jvbCount", "removedBridges", "drainingBridges"],
  check: (values) => unknownBridges("drainingBridges", values.drainingBridges, values),
};

const rollBridgesExist: Rule<Numbers & Pick<BridgeChoice, "rollBridges">> = {
  reads: ["jvbCount", "removedBridges", "rollBridges"],
  check: (values) =>
    values.rollBridges === "all" ? [] : unknownBridges("rollBridges", values.rollBridges, values),
};

function unknownBridges(
  key: "drainingBridges" | "rollBridges",
  numbers: readonly number[],
  { jvbCount, removedBridges }: Numbers,
): Problem[] {
  const declared = declaredNumbers({ jvbCount, removedBridges });
  return numbers
    .filter((number) => !declared.includes(number))
    .map((number) => {
      const why = removedBridges.includes(number)
        ? "removedBridges removes it, which also drains it; use only one of the two"
        : `with jvbCount ${jvbCount}, the bridges are ${declared.join(", ") || "none"}`;
      const reason = `has ${number}, which is not a bridge of this cluster: ${why}`;
      return { key, reason, fix: unset(key) };
    });
}

const oneBridgeInService: Rule<
  Omit<BridgeChoice, "rollBridges"> & { readonly existingNodes: readonly ExistingNode[] }
> = {
  reads: ["jvbCount", "removedBridges", "drainingBridges", "localBridge", "existingNodes"],
  check: (values) => {
    const isServed = values.existingNodes.some((node) => isBridgeNode(node) && !node.draining);
    if (hasLocalBridge(values) || isServed) return [];
    const declared = declaredNumbers(values);
    if (declared.length === 0) {
      const reason = "is never and jvbCount is 0; no meeting could take place without a bridge";
      const fix = `${set("localBridge", "auto")}  # or: ${set("jvbCount", 1)}`;
      return [{ key: "localBridge", reason, fix }];
    }
    if (declared.every((number) => values.drainingBridges.includes(number))) {
      const reason =
        "drains every bridge; no meeting could take place, so at least one bridge must stay in service";
      return [{ key: "drainingBridges", reason, fix: unset("drainingBridges") }];
    }
    return [];
  },
};

export const bridgeRules = [
  removedBridgesExist,
  drainingBridgesExist,
  rollBridgesExist,
  oneBridgeInService,
] as const;
