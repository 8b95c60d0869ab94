import type { Problem } from "../problem";
import { defaults, limits } from "../constants";
import { choiceProblems, isWholeNumber } from "./plain";
import { set, unset, type RawConfig } from "./problem";

/** When the web host carries a bridge of its own. */
export const localBridgeModes = ["auto", "always", "never"] as const;
export type LocalBridge = (typeof localBridgeModes)[number];

/** Which bridges there are, and what is to become of single ones. */
export interface BridgeChoice {
  /** Number of bridges, 0 to `limits.bridges`. At 0 the web host's own one serves. */
  readonly jvbCount: number;
  /** Numbers taken out for good: the bridges are the first `jvbCount` numbers that are not among them. */
  readonly removedBridges: readonly number[];
  /** Numbers of bridges that are emptied and stay, empty. */
  readonly drainingBridges: readonly number[];
  /** Numbers of bridges to be replaced where they differ from the settings; all, or none. */
  readonly rollBridges: "all" | readonly number[];
  /** `auto`: where `jvbCount` is 0 only. */
  readonly localBridge: LocalBridge;
}

type ListKey = "removedBridges" | "drainingBridges" | "rollBridges";

/**
 * The numbers of the bridges that a cluster has: the first `jvbCount` that were not taken out. Those of the
 * bridges that stay never depend on the count.
 */
export function declaredNumbers(
  choice: Pick<BridgeChoice, "jvbCount" | "removedBridges">,
): number[] {
  const highest = choice.jvbCount + choice.removedBridges.length;
  return Array.from({ length: highest }, (_, number) => number)
    .filter((number) => !choice.removedBridges.includes(number))
    .slice(0, choice.jvbCount);
}

/** Whether the web host carries a bridge of its own. */
export function hasLocalBridge(choice: Pick<BridgeChoice, "jvbCount" | "localBridge">): boolean {
  return (
    choice.localBridge === "always" || (choice.localBridge === "auto" && choice.jvbCount === 0)
  );
}

/** Reads the keys about bridges. Values that `bridgeProblems` refuses are read as something. */
export function parseBridges(raw: RawConfig): BridgeChoice {
  const roll = raw.rollBridges;
  return Object.freeze({
    jvbCount: Number(raw.jvbCount ?? defaults.jvbCount),
    removedBridges: parseNumbers(raw.removedBridges) ?? [],
    drainingBridges: parseNumbers(raw.drainingBridges) ?? [],
    rollBridges: roll === "true" ? "all" : roll === "false" ? [] : (parseNumbers(roll) ?? []),
    localBridge: (raw.localBridge ?? defaults.localBridge) as LocalBridge,
  });
}

/** What is wrong with the keys about bridges, alone and together. */
export function bridgeProblems(raw: RawConfig): Problem[] {
  const choice = parseBridges(raw);
  const alone = [
    ...countProblems(raw.jvbCount),
    ...listProblems("removedBridges", raw.removedBridges),
    ...listProblems("drainingBridges", raw.drainingBridges),
    ...(raw.rollBridges === "true" || raw.rollBridges === "false"
      ? []
      : listProblems("rollBridges", raw.rollBridges)),
    ...choiceProblems("localBridge", choice.localBridge, localBridgeModes, defaults.localBridge),
  ];
  // One mistake is not told twice.
  return alone.length > 0 ? alone : togetherProblems(choice);
}

function countProblems(raw: string | undefined): Problem[] {
  const count = Number(raw ?? defaults.jvbCount);
  if ((raw === undefined || isWholeNumber(raw)) && count <= limits.bridges) {
    return [];
  }
  const isTooMany = raw !== undefined && isWholeNumber(raw);
  const why = isTooMany
    ? ": a Hetzner network holds 100 resources, which nobody can raise; a second stack is a second cluster"
    : "";
  const reason = `is "${raw ?? ""}"; a whole number from 0 to ${limits.bridges} is needed${why}`;
  return [
    {
      key: "jvbCount",
      reason,
      fix: set("jvbCount", isTooMany ? limits.bridges : defaults.jvbCount),
    },
  ];
}

function listProblems(key: ListKey, raw: string | undefined): Problem[] {
  const numbers = parseNumbers(raw);
  const fix = `${unset(key)} && pulumi config set --path '${key}[0]' 1`;
  if (numbers === undefined) {
    const choice = key === "rollBridges" ? "true, false or a list of numbers" : "a list of numbers";
    return [{ key, reason: `is ${quoted(raw)}; ${choice} of bridges is needed, such as [1]`, fix }];
  }
  const twice = numbers.find((number, index) => numbers.indexOf(number) < index);
  return twice === undefined
    ? []
    : [{ key, reason: `has the number ${twice} twice; each is needed once`, fix }];
}

function togetherProblems(choice: BridgeChoice): Problem[] {
  const declared = declaredNumbers(choice);
  return [
    ...removedProblems(choice),
    ...strangerProblems("drainingBridges", choice.drainingBridges, choice, declared),
    ...(choice.rollBridges === "all"
      ? []
      : strangerProblems("rollBridges", choice.rollBridges, choice, declared)),
    ...nobodyLeftProblems(choice, declared),
  ];
}

/** A number that taking out changes nothing of is a mistake, or left over: it would bite at the next scaling. */
function removedProblems({ jvbCount, removedBridges }: BridgeChoice): Problem[] {
  const highest = jvbCount + removedBridges.length - 1;
  if (jvbCount + removedBridges.length > limits.bridges) {
    const reason = `takes ${removedBridges.length} numbers out, with jvbCount ${jvbCount}; both together may be ${limits.bridges} at most, for numbers end at ${limits.bridges - 1}`;
    return [{ key: "removedBridges", reason, fix: unset("removedBridges") }];
  }
  return removedBridges
    .filter((number) => number > highest)
    .map((number) => ({
      key: "removedBridges",
      reason: `has ${number}, which does not exist: with jvbCount ${jvbCount} the numbers go up to ${highest} at most`,
      fix: unset("removedBridges"),
    }));
}

function strangerProblems(
  key: ListKey,
  numbers: readonly number[],
  { jvbCount, removedBridges }: BridgeChoice,
  declared: readonly number[],
): Problem[] {
  return numbers
    .filter((number) => !declared.includes(number))
    .map((number) => {
      const why = removedBridges.includes(number)
        ? `removedBridges takes it out, which drains it too; one of the two is needed`
        : `with jvbCount ${jvbCount} the bridges are ${declared.join(", ") || "none"}`;
      return {
        key,
        reason: `has ${number}, which is no bridge of this cluster: ${why}`,
        fix: unset(key),
      };
    });
}

function nobodyLeftProblems(choice: BridgeChoice, declared: readonly number[]): Problem[] {
  if (hasLocalBridge(choice)) return [];
  if (declared.length === 0) {
    const reason = "is never, with jvbCount 0: nobody could meet";
    return [
      {
        key: "localBridge",
        reason,
        fix: `${set("localBridge", "auto")}  # or: ${set("jvbCount", 1)}`,
      },
    ];
  }
  if (declared.every((number) => choice.drainingBridges.includes(number))) {
    const reason = "empties every bridge: nobody could meet; one has to take people";
    return [{ key: "drainingBridges", reason, fix: unset("drainingBridges") }];
  }
  return [];
}

/**
 * A list of whole numbers: JSON as Pulumi hands over what stands in the YAML file, or `1` and `1,3` as
 * `pulumi config set` writes them. `undefined` for what is none; absent and empty are the empty list.
 */
function parseNumbers(raw: string | undefined): readonly number[] | undefined {
  if (raw === undefined || raw === "") return Object.freeze([]);
  const texts = /^\[.*\]$/s.test(raw) ? fromJson(raw) : raw.split(",").map((one) => one.trim());
  return texts !== undefined && texts.every(isWholeNumber)
    ? Object.freeze(texts.map(Number))
    : undefined;
}

function fromJson(text: string): string[] | undefined {
  try {
    return (JSON.parse(text) as unknown[]).map((one) =>
      typeof one === "string" || typeof one === "number" ? String(one) : "",
    );
  } catch {
    return undefined;
  }
}

const quoted = (raw: string | undefined): string => `"${raw ?? ""}"`;
