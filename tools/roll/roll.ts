import type { BridgePlan } from "../../lib/plan/clusterPlan";
import type { PulumiCli } from "../pulumiCli";

/** What a roll has to know of a bridge. */
type RolledBridge = Pick<BridgePlan, "index" | "name">;

export interface Rolled<B extends RolledBridge> {
  /** The bridges that are as new ones would be. */
  readonly done: readonly B[];
  /** Why it stopped, and what to do; absent where it did all. */
  readonly problem?: string;
}

/**
 * Replaces bridges one by one, each in an `up` of its own, so that there is at most one server more than the cluster
 * has. A bridge that is as a new one would be is left alone by its `up`. The setting rollBridges is taken away at the
 * end; after a failure it stays, so that the next run, or a plain `pulumi up`, goes on where this one stopped.
 *
 * @param say tells people where it is
 * @throws OperatorError where the settings cannot be changed
 */
export async function roll<B extends RolledBridge>(
  pulumi: Pick<PulumiCli, "answer" | "show">,
  bridges: readonly B[],
  say: (text: string) => void,
): Promise<Rolled<B>> {
  for (const [done, { index, name }] of bridges.entries()) {
    say(`${name} (${done + 1} of ${bridges.length})`);
    // Whatever stood there, from an interrupted run or by hand.
    await pulumi.answer("config", "rm", "rollBridges");
    await pulumi.answer("config", "set", "--path", "rollBridges[0]", index.toString());
    const code = await pulumi.show("up", "--yes", "--skip-preview");
    if (code !== 0) {
      return {
        done: bridges.slice(0, done),
        problem: `${name} was not replaced (pulumi up ended with ${code}; what failed is above). rollBridges is still set to it: npm run roll goes on, and so does pulumi up; to stop here: pulumi config rm rollBridges`,
      };
    }
  }
  await pulumi.answer("config", "rm", "rollBridges");
  return { done: bridges };
}
