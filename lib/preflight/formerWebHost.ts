import * as pulumi from "@pulumi/pulumi";
import { bridgeNumber } from "../bridgeNames";
import { nodeKey, nodeName } from "../nodeNames";
import { allBridges, allRecorders, type ClusterPlan } from "../plan/clusterPlan";
import type { PlannedHost } from "../plan/plannedHosts";
import { nameOf, partsOf } from "../resourceNames";
import { resourceTypes } from "../resourceTypes";
import { declareAgain, type Declaring } from "./declareAgain";
import type { EngineResource, EngineState } from "./engineState";
import { none, problem, together, type Findings } from "./findings";

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
  const key = isNewWebHost ? undefined : keyIn(web);
  // Of a web host without such a step nothing is known, and nothing is refused.
  if (!isNewWebHost && key === undefined) return () => false;
  return ({ type, outputs }) => {
    const runs = typeof outputs.delete === "string" && outputs.delete !== "";
    const known = connectionOf(outputs);
    return (
      type === resourceTypes.remoteCommand && runs && known.host === host && known.hostKey !== key
    );
  };
}

/** The host key that the step has printed. */
const keyIn = ({ stdout }: EngineResource["outputs"]): string | undefined =>
  typeof stdout === "string" && stdout.trim() !== "" ? stdout.trim() : undefined;

interface KnownConnection {
  readonly host?: unknown;
  readonly hostKey?: unknown;
}

/** A step's connection is secret, and the engine shows it in an envelope. */
const connectionOf = ({ connection = {} }: EngineResource["outputs"]): KnownConnection =>
  pulumi.runtime.unwrapRpcSecret(connection) as KnownConnection;
