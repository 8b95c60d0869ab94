import { bridgeNumber } from "../bridgeNames";
import { recorderNumber } from "../recorderNames";
import { nameOf, partsOf } from "../resourceNames";

/** What happens to one resource, as far as it tells something about a host. A step of `pulumi preview --json` is one. */
export interface ChangeStep {
  /** create, update, replace, delete; others change nothing. */
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ChangedState;
  readonly newState?: ChangedState;
  readonly diffReasons?: readonly string[];
}

export interface ChangedState {
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Operations that change something. */
export const changingOps: readonly string[] = ["create", "update", "replace", "delete"];

/** Whether the step makes a resource, for the first time or again. */
export const isMade = ({ op }: ChangeStep): boolean => op === "create" || op === "replace";

/** Whether the step runs something on a host, or copies something to it. */
export const isOnHost = (step: ChangeStep): boolean =>
  typeOf(step).startsWith("command:remote:") && changingOps.includes(step.op);

/** Type token of the resource. */
export const typeOf = ({ newState, oldState }: ChangeStep): string =>
  (newState ?? oldState)?.type ?? "";

/** Sorts names of hosts: the web host, the bridges and then the recorders by number, all others. */
export function byHost(a: string, b: string): number {
  const [first, second] = [rank(a), rank(b)];
  return first === second ? 0 : first - second;
}

/** Above each number of a bridge. */
const firstRecorder = 10_000;

function rank(name: string): number {
  if (name === "web") return -1;
  const recorder = recorderNumber(name);
  return bridgeNumber(name) ?? (recorder === undefined ? Infinity : firstRecorder + recorder);
}

/** The host that the step belongs to, and its part of the host. */
export const roleOf = ({ urn }: ChangeStep): ReturnType<typeof partsOf> => partsOf(nameOf(urn));

/** Values in the JSON of typed verbs; verbs in shell, and all verbs of older programs, have them as variables. */
const variables: Readonly<Record<string, string>> = {
  settingsHash: "SETTINGS_HASH",
  formerHash: "FORMER_HASH",
  draining: "DRAINING",
};

/**
 * A value that a step's verb gets over stdin: JSON, or the assignments before the script of an older program. `undefined`
 * where it is secret, not known yet, or not there.
 */
export function stdinValue(state: ChangedState | undefined, key: string): string | undefined {
  const stdin = state?.inputs?.stdin;
  if (typeof stdin !== "string") return undefined;
  const variable = variables[key] ?? key;
  if (!stdin.startsWith("{")) {
    return new RegExp(`^${variable}='?([^'\\n]*)'?$`, "m").exec(stdin)?.[1];
  }
  try {
    const { values, ...own } = JSON.parse(stdin) as { values?: Readonly<Record<string, unknown>> };
    const value = (own as Readonly<Record<string, unknown>>)[key] ?? values?.[variable];
    return typeof value === "string" || typeof value === "boolean" ? value.toString() : undefined;
  } catch {
    return undefined;
  }
}
