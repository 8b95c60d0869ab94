import * as pulumi from "@pulumi/pulumi";
import { bridgeNumber, localBridgeName } from "../bridgeNames";
import { declaredNumbers } from "../config/bridges";
import { set, setJson, unset } from "../config/command";
import { declaredRecorders } from "../config/recorders";
import type { Settings } from "../config/settings";
import { nodeKey, nodeName } from "../nodeNames";
import { allBridges, allRecorders, type ClusterPlan } from "../plan/clusterPlan";
import type { PlannedHost } from "../plan/plannedHosts";
import { localRecorderName, recorderNumber } from "../recorderNames";
import { nameOf, partsOf } from "../resourceNames";
import { resourceTypes } from "../resourceTypes";
import type { EngineResource, EngineState } from "./engineState";
import { none, problem, together, type Findings } from "./findings";

/** The settings that decide which bridges and recorders there are. */
type Declaring = Pick<
  Settings,
  | "jvbCount"
  | "removedBridges"
  | "localBridge"
  | "jibriCount"
  | "removedRecorders"
  | "localRecorder"
  | "existingNodes"
>;

/** A run that removes something through the web host. */
export interface Removal {
  /** The state before the run. */
  readonly before: readonly EngineResource[];
  /** Whether the run creates the server of the web host. */
  readonly isNewWebHost: boolean;
  /** Whether the run removes the resource. */
  readonly removes: (urn: string) => boolean;
  /** Whether the run replaces the resource, as it does with the drain of a bridge that gets another server. */
  readonly replaces: (urn: string) => boolean;
  /** The server of the web host, if it is in the state and the run replaces it. */
  readonly replacedUrn?: string;
}

/**
 * Refuses to remove something in the run that creates the web host again. Bridges and recorders are drained and removed on
 * the web host. A delete has the connection of the last run, so it knows only the host key of the former web host, and the
 * run would fail at its end. An update of the same step brings the new host key. So it takes two runs.
 */
export function checkFormerWebHost(removal: Removal, settings: Declaring): Findings {
  const { before, isNewWebHost, removes, replaces, replacedUrn } = removal;
  const failing = before.filter(({ urn }) => removes(urn) || replaces(urn));
  const names = failing.filter(knowsFormer(before, isNewWebHost)).map(({ urn }) => urn);
  const up = replacedUrn === undefined ? "pulumi up" : `pulumi up --replace '${replacedUrn}'`;
  return together([
    removed(names.filter(removes).map(nameOf), settings, up),
    replaced(names.filter(replaces).map(nameOf), up),
  ]);
}

const onWebHost =
  "that is done on the web host, and the steps in the state know only the former web host";

function removed(steps: readonly string[], settings: Declaring, up: string): Findings {
  if (steps.length === 0) return none;
  const again = declareAgain(steps, settings);
  return problem(
    undefined,
    `${again.names.join(", ")} cannot be removed in this run: ${onWebHost}`,
    `${[...again.first, up].join(" && ")}  # ${again.byHand}these steps then know the web host; then: ${[...again.then, "pulumi up"].join(" && ")}`,
  );
}

/** Mostly with a web host that was lost together with bridges. Nobody is left on these. */
function replaced(steps: readonly string[], up: string): Findings {
  const hosts = [...new Set(steps.flatMap((step) => partsOf(step).host ?? []))];
  if (hosts.length === 0) return none;
  const names = hosts.map((host) => nodeName(host) ?? host);
  const skip = names.map((name) => `npm run drain:skip -- ${bridgeNumber(name) ?? name}`);
  return problem(
    undefined,
    `The former ${names.join(", ")} cannot be drained in this run: ${onWebHost}`,
    `${[...skip, up].join(" && ")}  # if a former server still runs, without rollBridges: pulumi config rm rollBridges && ${up}`,
  );
}

/**
 * The same before the run, for a web host whose server is gone and not in the state any more.
 * @throws what reading the state throws
 */
export async function checkLostWebHost(
  settings: Declaring,
  plan: ClusterPlan,
  hosts: readonly PlannedHost[],
  state: Pick<EngineState, "resources">,
): Promise<Findings> {
  const isThere = hosts.some(({ role, server }) => role === "web" && server !== undefined);
  if (isThere) return none;
  const before = await state.resources();
  // A server that the state still has is a case for `pulumi refresh`.
  if (before.some(({ urn, type }) => type === resourceTypes.server && isOfWeb(urn))) return none;
  const declared = new Set([
    ...[...allBridges(plan), ...allRecorders(plan)].map(({ name }) => name),
    ...settings.existingNodes.map(({ name }) => nodeKey(name)),
    "web",
  ]);
  const removes = (urn: string): boolean => {
    const { host } = partsOf(nameOf(urn));
    return host !== undefined && !declared.has(host);
  };
  // A bridge that was lost too gets another server.
  const lost = hosts.flatMap(({ role, name, server }) =>
    role !== "web" && server === undefined ? [name] : [],
  );
  const replaces = (urn: string): boolean => {
    const { host = "", part } = partsOf(nameOf(urn));
    return part === "drain" && lost.includes(host);
  };
  return checkFormerWebHost({ before, isNewWebHost: true, removes, replaces }, settings);
}

/** Whether it is the step that gives the web host a key of its own, once in the life of its server. */
export const isWebHostKey = (urn: string): boolean => isOfWeb(urn, "host-key");

const isOfWeb = (urn: string, ofPart = ""): boolean => {
  const { host, part } = partsOf(nameOf(urn));
  return host === "web" && part === ofPart;
};

/** Whether a resource runs something at its deletion on a web host that is no more. */
function knowsFormer(
  before: readonly EngineResource[],
  isNewWebHost: boolean,
): (resource: EngineResource) => boolean {
  const web = before.find(({ urn }) => isWebHostKey(urn))?.outputs ?? {};
  const { host } = connectionOf(web);
  const key = isNewWebHost ? undefined : String(web.stdout).trim();
  return ({ type, outputs }) => {
    const runs = typeof outputs.delete === "string" && outputs.delete !== "";
    const known = connectionOf(outputs);
    return (
      type === resourceTypes.remoteCommand && runs && known.host === host && known.hostKey !== key
    );
  };
}

interface KnownConnection {
  readonly host?: unknown;
  readonly hostKey?: unknown;
}

/** A step's connection is secret, and the engine shows it in an envelope. */
const connectionOf = ({ connection = {} }: EngineResource["outputs"]): KnownConnection =>
  pulumi.runtime.unwrapRpcSecret(connection) as KnownConnection;

/** How to declare something again, and how to go back afterwards. */
interface Again {
  /** What is removed, as operators name it. */
  readonly names: readonly string[];
  /** Commands. */
  readonly first: readonly string[];
  readonly then: readonly string[];
  /** What has no command; ends with a comma. Empty if there is nothing. */
  readonly byHand: string;
}

/** @param steps names of the steps that remove something */
function declareAgain(steps: readonly string[], settings: Declaring): Again {
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
