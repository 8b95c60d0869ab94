import type { BridgeChoice } from "./keys/bridges";

/**
 * The numbers of the bridges that a cluster has: the first `jvbCount` that are not removed. The numbers of bridges that
 * stay never depend on the count.
 */
export function declaredNumbers(
  choice: Pick<BridgeChoice, "jvbCount" | "removedBridges">,
): number[] {
  const highest = choice.jvbCount + choice.removedBridges.length;
  return Array.from({ length: highest }, (_, number) => number)
    .filter((number) => !choice.removedBridges.includes(number))
    .slice(0, choice.jvbCount);
}

/** Whether the web host runs a bridge of its own. */
export function hasLocalBridge(choice: Pick<BridgeChoice, "jvbCount" | "localBridge">): boolean {
  return (
    choice.localBridge === "always" || (choice.localBridge === "auto" && choice.jvbCount === 0)
  );
}
