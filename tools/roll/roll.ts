import type { BridgePlan } from "../../lib/plan/clusterPlan";
import type { PulumiCli } from "../pulumiCli";

/** What a roll has to know about a bridge. */
type RolledBridge = Pick<BridgePlan, "index" | "name">;

export interface Rolled<B extends RolledBridge> {
  /** The bridges that are up to date. */
  readonly done: readonly B[];
  /** Why it stopped, and what to do; absent if all bridges are up to date. */
  readonly problem?: string;
}

/**
 * Replaces bridges one by one, each with its own `up`, so that there is at most one additional server. The `up` does not
 * replace a bridge that is up to date. At the end the setting rollBridges is removed. After a failure it stays, so that the
 * next run, or a plain `pulumi up`, continues where this one stopped.
 *
 * @param say reports the progress
 * @throws OperatorError if the settings cannot be changed
 */
export async function roll<B extends RolledBridge>(
  pulumi: Pick<PulumiCli, "answer" | "show">,
  bridges: readonly B[],
  say: (text: string) => void,
): Promise<Rolled<B>> {
  for (const [done, { index, name }] of bridges.entries()) {
    say(`${name} (${done + 1} of ${bridges.length})`);
    // It may be set by an interrupted run or by hand.
    await pulumi.answer("config", "rm", "rollBridges");
    await pulumi.answer("config", "set", "--path", "rollBridges[0]", index.toString());
    const code = await pulumi.show("up", "--yes", "--skip-preview");
    if (code !== 0) {
      return {
        done: bridges.slice(0, done),
        problem: `${name} was not replaced (pulumi up ended with ${code}; the error is above). rollBridges still names it: npm run roll continues, and so does pulumi up; to stop here: pulumi config rm rollBridges`,
      };
    }
  }
  await pulumi.answer("config", "rm", "rollBridges");
  return { done: bridges };
}
