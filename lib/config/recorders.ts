import type { RecorderChoice } from "./keys/recorders";

/** The numbers of the recorders that a cluster has: the first `jibriCount` that are not removed, as for bridges. */
export function declaredRecorders(
  choice: Pick<RecorderChoice, "jibriCount" | "removedRecorders">,
): number[] {
  const highest = choice.jibriCount + choice.removedRecorders.length;
  return Array.from({ length: highest }, (_, number) => number)
    .filter((number) => !choice.removedRecorders.includes(number))
    .slice(0, choice.jibriCount);
}
