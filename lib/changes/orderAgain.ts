import { set } from "../config/command";
import type { Settings } from "../config/settings";
import { resourceTypes } from "../resourceTypes";
import { isMade, roleOf, typeOf, type ChangeStep } from "./changeStep";

/**
 * A warning where a new web host orders a certificate that the old one has already, because no bridge keeps a copy of it.
 * `undefined` where nothing is ordered a second time. Pure.
 *
 * @param steps of the whole preview
 * @param bridges how many there will be. The new web host asks these: bridges that go give it nothing, and new ones have
 * nothing
 */
export function orderAgain(
  steps: readonly ChangeStep[],
  { tls, bridges }: Pick<Settings, "tls"> & { readonly bridges: number },
): string | undefined {
  const made = steps.filter((step) => isMade(step) && typeOf(step) === resourceTypes.server);
  const isNewWebHost = made.some((step) => roleOf(step).host === "web");
  const newBridges = made.filter((step) => roleOf(step).host !== "web").length;
  if (tls !== "letsencrypt" || bridges > newBridges) return undefined;
  // An earlier `up` has ordered one. After a refresh the state has this step, but no server any more.
  const hasOrdered = steps.some(
    (step) =>
      roleOf(step).host === undefined &&
      roleOf(step).part === "certificate" &&
      ["update", "replace"].includes(step.op),
  );
  if (!isNewWebHost || !hasOrdered) return undefined;
  return `The new web host orders another certificate, because no bridge keeps a copy of the present one. Let's Encrypt allows five certificates with the same names in seven days. To order none, add a bridge first: ${set("jvbCount", "1")} && pulumi up`;
}
