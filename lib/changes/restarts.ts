import { byHost, roleOf, stdinValue, type ChangeStep } from "./changeStep";

/** Bridges that restart, by name. */
export interface BridgeRestarts {
  /** Their settings change: each is drained, restarts and comes back into service, one after the other. */
  readonly restarted: readonly string[];
  /** Nobody can tell before the run: their settings contain what steps on the web host print. */
  readonly maybeRestarted: readonly string[];
  /** What decides about those. */
  readonly restartsIf: "other version asked for" | "web host prints other values" | "not known";
}

/**
 * Which bridges that stay restart. A step tells it by settingsHash, the hash of all settings that take effect only by a
 * restart; formerHash is what an older program had for the same settings. Changed code restarts no bridge. Pure.
 *
 * @param steps on hosts that stay
 * @param all steps of the preview
 * @param isWebGone whether the web host's server goes, and with it the certificate that bridges know
 */
export function bridgeRestarts(
  steps: readonly ChangeStep[],
  all: readonly ChangeStep[],
  isWebGone: boolean,
): BridgeRestarts {
  const names = [...new Set(steps.flatMap((step) => roleOf(step).host ?? []))]
    .filter((name) => name !== "web")
    .sort(byHost);
  const answers = names.map((name) => ({
    name,
    restarts: restarts(steps.filter((step) => roleOf(step).host === name)),
  }));
  const that = (answer: boolean | undefined): string[] =>
    answers.filter((one) => one.restarts === answer).map(({ name }) => name);
  const unknown = that(undefined);
  // Another account is another password.
  const isOtherAccount = all.some(
    (step) => step.op === "create" && /^account-v\d+-password$/.test(roleOf(step).part),
  );
  return {
    restarted: isOtherAccount ? [...that(true), ...unknown].sort(byHost) : that(true),
    maybeRestarted: isOtherAccount ? [] : unknown,
    restartsIf: isWebGone ? "not known" : reason(steps),
  };
}

/** `undefined` if the new settings are not known yet. */
function restarts(steps: readonly ChangeStep[]): boolean | undefined {
  const pairs = steps.flatMap(({ oldState, newState }) => {
    const was = stdinValue(oldState, "settingsHash");
    if (was === undefined || newState === undefined) return [];
    const [is, former] = [stdinValue(newState, "settingsHash"), stdinValue(newState, "formerHash")];
    return [is === undefined ? undefined : was !== is && was !== former];
  });
  const known = pairs.filter((differs) => differs !== undefined);
  // The text of one step may wait for another step's output while the hash is known by a third.
  return known.length > 0 || pairs.length === 0 ? known.includes(true) : undefined;
}

function reason(steps: readonly ChangeStep[]): BridgeRestarts["restartsIf"] {
  const ofWeb = (part: string): ChangeStep | undefined =>
    steps.find((step) => roleOf(step).host === "web" && roleOf(step).part === part);
  const version = ofWeb("version");
  const [was, is] = [version?.oldState, version?.newState].map((state) =>
    stdinValue(state, "JITSI_VERSION"),
  );
  if (was !== undefined && is !== undefined && is !== "" && is !== was) {
    return "other version asked for";
  }
  return version !== undefined || ofWeb("configure") !== undefined
    ? "web host prints other values"
    : "not known";
}
