import { commandLatency, hetznerLatency } from "../../../hcloud-simulator/src/latency";
import { parseCommandLine } from "../hosts/simulated/commandLine";
import {
  oneRestart,
  roleOf,
  verbTime,
  type HostRole,
  type VerbTimes,
} from "../hosts/simulated/verbTimes";
import type { EngineStep } from "./engineSteps";

/** Something that takes time, and what it waits for. */
export interface ChainLink {
  readonly seconds: number;
  readonly after: readonly string[];
}

/** The part of a resource in `pulumi stack export` that is read here. */
export interface StateResource {
  readonly urn: string;
  readonly dependencies?: readonly string[];
}

/**
 * The longest chain of links that wait for each other: the shortest time in which all of them can be done.
 *
 * @throws Error for links that wait for each other in a circle
 */
export function longestChain(links: ReadonlyMap<string, ChainLink>): number {
  const ends = new Map<string, number>();
  const open = new Set<string>();
  const endOf = (id: string): number => {
    const known = ends.get(id);
    if (known !== undefined) return known;
    const link = links.get(id);
    if (link === undefined) return 0;
    if (open.has(id)) throw new Error(`${id} waits for itself`);
    open.add(id);
    const end = link.seconds + Math.max(0, ...link.after.map(endOf));
    open.delete(id);
    ends.set(id, end);
    return end;
  };
  return Math.max(0, ...[...links.keys()].map(endOf));
}

/** What each kind of object costs at Hetzner besides a request, by its Pulumi type: the command of its action. */
const createActions: Readonly<Record<string, string>> = {
  "hcloud:index/server:Server": "create_server",
  "hcloud:index/serverNetwork:ServerNetwork": "attach_to_network",
  "hcloud:index/networkSubnet:NetworkSubnet": "add_subnet",
  "hcloud:index/rdns:Rdns": "change_dns_ptr",
  "hcloud:index/zoneRrset:ZoneRrset": "create_rrset",
};
const deleteActions: Readonly<Record<string, string>> = {
  ...createActions,
  "hcloud:index/server:Server": "delete_server",
  "hcloud:index/serverNetwork:ServerNetwork": "detach_from_network",
  "hcloud:index/networkSubnet:NetworkSubnet": "delete_subnet",
};

/** Seconds of a step that are given: by the latency of the API, or by the times of the hosts. */
export function givenSeconds(
  { type, op, commandLine, restarts = 0 }: EngineStep,
  times: VerbTimes,
): number {
  if (type.startsWith("hcloud:")) {
    const action = (op === "delete" ? deleteActions : createActions)[type];
    const actionMs = action === undefined ? 0 : commandLatency(hetznerLatency, action);
    return (hetznerLatency.requestMs + actionMs) / 1000;
  }
  const command = commandLine === undefined ? undefined : parseCommandLine(commandLine);
  if (command === undefined) return 0;
  const { key, verb } = command;
  const seconds = verbTime(times, key, op === "update")?.seconds;
  if (seconds === undefined) throw new Error(`there is no time for ${key}`);
  if (restarts > 0) return seconds + restarts * (times.verbs[oneRestart]?.seconds ?? NaN);
  return verb === "host/hostKey" ? times.bootSeconds + seconds : seconds;
}

/** The host that a resource belongs to, with its role. */
function hostOf(urn: string): { name: string; role: HostRole } | undefined {
  const name = /::([^:]*-(?:web|jvb-\d+))\b[^:]*$/.exec(urn)?.[1];
  return name === undefined ? undefined : { name, role: roleOf(name) };
}

const isServer = ({ type, op }: EngineStep): boolean =>
  type === "hcloud:index/server:Server" && op !== "delete";

/**
 * The steps of one `pulumi` as links. A step waits for those that its resource depends on, a delete for those that
 * depend on its resource; `host/setup` also for the packages, which install themselves from the boot on.
 *
 * @param resources of the state, before and after
 * @param inTurns whether bridges that restart wait for each other, as the program makes them
 */
export function linksOf(
  steps: readonly EngineStep[],
  resources: readonly StateResource[],
  times: VerbTimes,
  inTurns: boolean,
): Map<string, ChainLink> {
  const depends = new Map(resources.map(({ urn, dependencies }) => [urn, dependencies ?? []]));
  const deleted = steps.filter(({ op }) => op === "delete");
  const installed = new Map<string, ChainLink>(
    steps.filter(isServer).map(({ urn }) => {
      const host = hostOf(urn);
      if (host === undefined) throw new Error(`${urn} is a server of no known role`);
      const seconds = times.bootSeconds + times.installSeconds[host.role];
      return [`installed ${host.name}`, { seconds, after: [urn] }] as const;
    }),
  );
  const waitsFor = ({ urn, op }: EngineStep): string[] =>
    op === "delete"
      ? deleted.filter((one) => depends.get(one.urn)?.includes(urn)).map((one) => one.urn)
      : [...(depends.get(urn) ?? [])];
  const links = new Map<string, ChainLink>(installed);
  for (const step of steps) {
    const { restarts = 0 } = step;
    const timed = inTurns ? step : { ...step, restarts: Math.min(restarts, 1) };
    const installation = isSetup(step) ? [`installed ${hostOf(step.urn)?.name ?? ""}`] : [];
    const after = [...waitsFor(step), ...installation];
    links.set(step.urn, { seconds: givenSeconds(timed, times), after });
  }
  return links;
}

const isSetup = ({ op, commandLine }: EngineStep): boolean =>
  op !== "delete" && parseCommandLine(commandLine ?? "")?.verb === "host/setup";

/** The longest chain of a whole `pulumi`: the engine deletes after all creates and updates. */
export function chainOfRun(
  steps: readonly EngineStep[],
  resources: readonly StateResource[],
  times: VerbTimes,
  inTurns: boolean,
): number {
  const chain = (some: readonly EngineStep[]): number =>
    longestChain(linksOf(some, resources, times, inTurns));
  const isDelete = ({ op }: EngineStep): boolean => op === "delete";
  return chain(steps.filter((step) => !isDelete(step))) + chain(steps.filter(isDelete));
}

/** Verbs by which an operator configures the web host, and a bridge, one after the other. */
const tutorialVerbs: Readonly<Record<HostRole, readonly string[]>> = {
  web: ["web/configure", "web/account set", "web/jicofo"],
  jvb: ["jvb/files", "serve"],
};

/**
 * Seconds of the steps of Hetzner's tutorial on the same hosts: create a server, wait for its boot, install, configure;
 * first the web host, then each bridge, one after the other.
 */
export function tutorialSeconds(bridges: number, times: VerbTimes): number {
  const create =
    (hetznerLatency.requestMs + commandLatency(hetznerLatency, "create_server")) / 1000;
  const host = (role: HostRole): number =>
    create +
    times.bootSeconds +
    times.installSeconds[role] +
    tutorialVerbs[role]
      .map((key) => verbTime(times, key, false)?.seconds ?? NaN)
      .reduce((sum, one) => sum + one, 0);
  return host("web") + bridges * host("jvb");
}
