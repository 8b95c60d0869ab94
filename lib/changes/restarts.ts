import { nodeKey, nodeName } from "../nodeNames";
import { byHost, roleOf, stdinValue, type ChangedState, type ChangeStep } from "./changeStep";

/** Bridges that restart, by name. */
export interface BridgeRestarts {
  /** Their settings change: each is drained, restarts and comes back into service, one after the other. */
  readonly restarted: readonly string[];
  /** Nobody can tell before the run: their settings contain what steps on the web host print. */
  readonly maybeRestarted: readonly string[];
  /** What decides about those. */
  readonly restartsIf: "other version asked for" | "web host prints other values" | "not known";
}

/** The first digits of a hash of settings, and of that which an older program had for the same settings. */
interface Hashes {
  readonly settings: string;
  readonly former?: string;
}

/** What one step tells about the settings of a bridge; `is` is absent if it is not known before the run. */
interface Evidence {
  readonly was: string;
  readonly is?: Hashes;
}

/** As many digits as the note of the step `files` has (components/videobridge.ts). */
const digits = 16;

/**
 * Which bridges that stay restart. The step `files` of each bridge notes the hash of all settings that take effect only by a
 * restart, and the step `restart` has those of all bridges; in older programs, three steps of each bridge had it. Changed
 * code restarts no bridge. Pure.
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
  const restart = steps.find((step) => roleOf(step).part === "restart");
  const [before, after] = [declaredIn(restart?.oldState), declaredIn(restart?.newState)];
  const names = [
    ...new Set([...steps.flatMap((step) => roleOf(step).host ?? []), ...before.keys()]),
  ]
    .filter((name) => name !== "web")
    .sort(byHost);
  const answers = names.map((name) => ({
    name,
    restarts: restarts([
      ...evidenceOfSteps(steps.filter((step) => roleOf(step).host === name)),
      ...evidenceOfRestart(before.get(name), after.get(name)),
    ]),
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
function restarts(evidence: readonly Evidence[]): boolean | undefined {
  const known = evidence.flatMap(({ was, is }) =>
    is === undefined ? [] : [was !== is.settings && was !== is.former],
  );
  return known.length > 0 || evidence.length === 0 ? known.includes(true) : undefined;
}

/**
 * The steps of older programs count too: a pull request may have been previewed by the program before, and the comment is
 * made by today's.
 *
 * @param steps of one bridge
 */
function evidenceOfSteps(steps: readonly ChangeStep[]): Evidence[] {
  return [...evidenceOfFiles(steps), ...steps.flatMap(evidenceOfFormerStep)];
}

function evidenceOfFormerStep({ oldState, newState }: ChangeStep): Evidence[] {
  const was = stdinValue(oldState, "settingsHash");
  if (was === undefined || newState === undefined) return [];
  const [settings, former] = [
    stdinValue(newState, "settingsHash"),
    stdinValue(newState, "formerHash"),
  ];
  const is = settings === undefined ? undefined : { settings, former };
  return [{ was, is }];
}

function evidenceOfFiles(steps: readonly ChangeStep[]): Evidence[] {
  const files = steps.find((step) => roleOf(step).part === "files");
  if (files?.newState === undefined || isOfFormerProgram(files.newState)) return [];
  const formerly = steps
    .map(({ oldState }) => stdinValue(oldState, "settingsHash")?.slice(0, digits))
    .find((hash) => hash !== undefined);
  const was = notedIn(files.oldState)?.settings ?? formerly;
  return was === undefined ? [] : [{ was, is: notedIn(files.newState) }];
}

/**
 * Whether its text is known and has no note. A text that is not known is no text in the engine's calls (`watchPreview`),
 * and a fixed text in the JSON of a preview.
 */
function isOfFormerProgram(state: ChangedState): boolean {
  const create = state.inputs?.create;
  const isKnown = typeof create === "string" && /^(sudo -n )?jitsi-hetzner /.test(create);
  return isKnown && notedIn(state) === undefined;
}

/** The list of a cluster with a new bridge is not known, but the files of the others tell. */
function evidenceOfRestart(was: Hashes | undefined, is: Hashes | undefined): Evidence[] {
  return was === undefined || is === undefined ? [] : [{ was: was.settings, is }];
}

/** `jitsi-hetzner jvb/files --code ... # jitsi-jvb-0-files settings 0123456789abcdef or fedcba9876543210` */
function notedIn(state: ChangedState | undefined): Hashes | undefined {
  const create = state?.inputs?.create;
  const [, settings, former] =
    (typeof create === "string" ? / settings ([0-9a-f]+) or ([0-9a-f]+)/.exec(create) : null) ?? [];
  return settings === undefined ? undefined : { settings, former };
}

/** By the names of the bridges. Empty for a list that is not known yet. */
function declaredIn(state: ChangedState | undefined): ReadonlyMap<string, Hashes> {
  const stdin = state?.inputs?.stdin;
  if (typeof stdin !== "string" || !stdin.startsWith("{")) return new Map();
  const { bridges = [] } = JSON.parse(stdin) as Partial<RestartList>;
  return new Map(
    bridges.map(({ name, nickname, settingsHash, formerHash }) => [
      // As its steps are named, so that what is known of it comes together.
      nodeName(nickname ?? "") === undefined ? name : nodeKey(name),
      { settings: settingsHash.slice(0, digits), former: formerHash.slice(0, digits) },
    ]),
  );
}

/** The part of the stdin of the step `restart` that is read here. */
interface RestartList {
  readonly bridges: readonly {
    readonly name: string;
    /** Absent in the list of an older program. */
    readonly nickname?: string;
    readonly settingsHash: string;
    readonly formerHash: string;
  }[];
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
