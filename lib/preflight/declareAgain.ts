import { bridgeNumber, localBridgeName } from "../bridgeNames";
import { declaredNumbers } from "../config/bridges";
import { set, setJson, unset } from "../config/command";
import { declaredRecorders } from "../config/recorders";
import type { Settings } from "../config/settings";
import { nodeName } from "../nodeNames";
import { localRecorderName, recorderNumber } from "../recorderNames";
import { partsOf } from "../resourceNames";

/** The settings that decide which bridges and recorders there are. */
export type Declaring = Pick<
  Settings,
  | "jvbCount"
  | "removedBridges"
  | "localBridge"
  | "jibriCount"
  | "removedRecorders"
  | "localRecorder"
  | "existingNodes"
>;

/** How to declare something again, and how to go back afterwards. */
export interface Again {
  /** What is removed, as operators name it. */
  readonly names: readonly string[];
  /** Commands. */
  readonly first: readonly string[];
  readonly then: readonly string[];
  /** What has no command; ends with a comma. Empty if there is nothing. */
  readonly byHand: string;
}

/**
 * The commands that declare again what steps remove, and those that go back.
 * @param steps names of the steps that remove something
 */
export function declareAgain(steps: readonly string[], settings: Declaring): Again {
  const hosts = [
    ...new Set(
      steps.flatMap((step) => {
        const { host = "web" } = partsOf(step);
        return host === "web" ? [] : [host];
      }),
    ),
  ];
  if (hosts.length === 0) {
    // An account of a former password, for example.
    const byHand = "after the setting that removes this is changed back, ";
    return { names: steps, first: [], then: [], byHand };
  }
  const machines = hosts.flatMap((host) => nodeName(host) ?? []);
  const bridges = hosts.flatMap((host) => bridgeNumber(host) ?? []);
  const recorders = hosts.flatMap((host) => recorderNumber(host) ?? []);
  const changes = [
    ...numbersAgain(bridges, declaredNumbers(settings), settings, "jvbCount", "removedBridges"),
    ...numbersAgain(
      recorders,
      declaredRecorders(settings),
      settings,
      "jibriCount",
      "removedRecorders",
    ),
    ...(hosts.includes(localBridgeName)
      ? [{ first: set("localBridge", "always"), then: set("localBridge", settings.localBridge) }]
      : []),
    ...(hosts.includes(localRecorderName)
      ? [{ first: set("localRecorder", "true"), then: set("localRecorder", "false") }]
      : []),
  ];
  return {
    names: hosts.map((host) => nodeName(host) ?? host),
    first: changes.map(({ first }) => first),
    then: changes.map(({ then }) => then),
    byHand: machines.length === 0 ? "" : `with ${machines.join(", ")} in existingNodes again, `,
  };
}

/** A change of a setting, and the way back. */
interface Change {
  readonly first: string;
  readonly then: string;
}

/** @param numbers of bridges or recorders that are to be declared beside those that are */
function numbersAgain(
  numbers: readonly number[],
  declared: readonly number[],
  settings: Declaring,
  countKey: "jvbCount" | "jibriCount",
  listKey: "removedBridges" | "removedRecorders",
): Change[] {
  if (numbers.length === 0) return [];
  const wanted = new Set([...declared, ...numbers]);
  const highest = Math.max(...wanted);
  const upTo = Array.from({ length: highest + 1 }, (_, number) => number);
  const { [countKey]: count, [listKey]: removed } = settings;
  const left = [
    ...upTo.filter((number) => !wanted.has(number)),
    ...removed.filter((number) => number > highest),
  ];
  const isOtherList = left.length !== removed.length || left.some((one) => !removed.includes(one));
  return [
    ...(isOtherList ? [{ first: setList(listKey, left), then: setList(listKey, removed) }] : []),
    ...(wanted.size === count
      ? []
      : [{ first: set(countKey, wanted.size), then: set(countKey, count) }]),
  ];
}

const setList = (key: string, numbers: readonly number[]): string =>
  numbers.length === 0 ? unset(key) : setJson(key, numbers);
