import { localBridgeName } from "../bridgeNames";
import { nodeName } from "../nodeNames";
import { localRecorderName, recorderNumber } from "../recorderNames";
import { resourceTypes } from "../resourceTypes";
import {
  byHost,
  changingOps,
  isOnHost,
  roleOf,
  stdinValue,
  typeOf,
  type ChangeStep,
} from "./changeStep";
import { bridgeRestarts, type BridgeRestarts } from "./restarts";

/** A host that comes, goes or is replaced; `local` is the bridge on the web host, `node-berlin` an existing machine. */
export interface ChangedHost {
  readonly name: string;
  /** Of the server; absent where it is not known, and for `local`. */
  readonly serverType?: string;
  /** Of the old server, where a replacement changes it. */
  readonly formerType?: string;
  readonly location?: string;
  /** Whether a bridge that goes is drained first. */
  readonly drained?: boolean;
}

/** What a preview does to hosts. Names are those of people: web, jvb-0, local. */
export interface HostChanges extends BridgeRestarts {
  readonly added: readonly ChangedHost[];
  /** Hosts whose server is there already, and which are set up to the end. */
  readonly finished: readonly string[];
  readonly removed: readonly ChangedHost[];
  readonly replaced: readonly ChangedHost[];
  /** Hosts that are powered off to change the type of their server. */
  readonly poweredOff: readonly string[];
  /** Bridges that stay and are taken out of service, or put back. */
  readonly emptied: readonly string[];
  readonly revived: readonly string[];
  /** Whether jicofo restarts for another heap. */
  readonly jicofo: boolean;
  /** Hosts that stay, and on which steps run that belong to none of the above. */
  readonly touched: readonly string[];
  /** Whether one of these steps may restart a service of the web host. */
  readonly mayRestartServices: boolean;
  /** Whether the web host gets a new policy of drains: the lists of bridges and recorders, the time limits. */
  readonly policy: boolean;
  /** Whether the accounts of recorders or the buttons of the web app come or go. */
  readonly recording: boolean;
  /** Objects at Hetzner that change, and belong to no host that comes or goes: `firewalls`. */
  readonly objects: readonly string[];
  /** Whether anything changes at all. */
  readonly some: boolean;
}

/** By type of the resource. What is not here is no object that an operator knows. */
const objectNames: Readonly<Record<string, string>> = {
  [resourceTypes.firewall]: "firewalls",
  [resourceTypes.rrset]: "DNS records",
  "hcloud:index/rdns:Rdns": "reverse DNS names",
  [resourceTypes.primaryIp]: "public addresses",
  [resourceTypes.network]: "the private network",
  "hcloud:index/networkSubnet:NetworkSubnet": "the private network",
  [resourceTypes.serverNetwork]: "the private network",
  [resourceTypes.sshKey]: "the deployment key at Hetzner",
  [resourceTypes.server]: "labels, protection or firewalls of servers",
};

/** Steps on the web host that may restart nginx, prosody or jicofo. */
const restartingParts: readonly string[] = ["version", "configure", "jicofo", "certificate"];

/** What these steps do to hosts. Pure. @param steps of the whole preview; those without a change may be left out */
export function hostChanges(steps: readonly ChangeStep[]): HostChanges {
  const changing = steps.filter(({ op }) => changingOps.includes(op));
  const servers = changing.filter((step) => typeOf(step) === resourceTypes.server);
  const isWebGone = servers.some(
    (step) => roleOf(step).host === "web" && ["delete", "replace"].includes(step.op),
  );
  const drains = changing.filter((step) => isOnHost(step) && roleOf(step).part === "drain");
  const drained = new Set(isWebGone ? [] : drains.map(opOnHost));
  const drainsWithoutServer = drains.filter((step) => hasNoServer(roleOf(step).host));
  const moved = (op: string): ChangedHost[] =>
    [...servers, ...drainsWithoutServer]
      .filter((step) => step.op === op && roleOf(step).host !== undefined)
      .map((step) => changedHost(step, drained.has(opOnHost(step))))
      .sort(byName);
  const [added, removed, replaced] = [moved("create"), moved("delete"), moved("replace")];
  const movedNames = new Set([...added, ...removed, ...replaced].map(({ name }) => name));
  const staying = changing.filter((step) => !movedNames.has(roleOf(step).host ?? ""));
  const onHosts = staying.filter(isOnHost);
  const restarts = bridgeRestarts(onHosts, changing, isWebGone);
  const emptied = hostsOf(onHosts.filter((step) => becomes(step, "draining", "true")));
  const revived = hostsOf(onHosts.filter((step) => becomes(step, "draining", "false")));
  const finished = hostsOf(onHosts.filter(isLastOfNewHost));
  const told = [...restarts.restarted, ...emptied, ...revived, ...finished];
  const rest = onHosts.filter(
    (step) =>
      !told.includes(roleOf(step).host ?? "") &&
      !changesHeapOfJicofo(step) &&
      !isForRecording(step),
  );
  const isWhole = [...added, ...removed].some(({ name }) => name === "web");
  return {
    ...restarts,
    added,
    finished,
    removed,
    replaced,
    poweredOff: hostsOf(servers.filter(changesType)),
    emptied,
    revived,
    jicofo: onHosts.some(changesHeapOfJicofo),
    touched: [...new Set(hostsOf(rest).map(hostOfBridge))].sort(byHost),
    mayRestartServices: rest.some(
      (step) =>
        restartingParts.includes(roleOf(step).part) ||
        // A recorder takes its settings by a restart, when it is idle.
        (kindOfRecorder(roleOf(step).host) && roleOf(step).part === "files"),
    ),
    policy: onHosts.some((step) => roleOf(step).part === "policy"),
    recording: onHosts.some(isForRecording),
    objects: isWhole ? [] : objectsOf(staying, added.length + removed.length > 0),
    some: changing.length > 0,
  };
}

/** The bridge and the recorder on the web host and existing machines have no server: their drains stand for them. */
const hasNoServer = (host = ""): boolean =>
  host === localBridgeName || host === localRecorderName || nodeName(host) !== undefined;

const kindOfRecorder = (host = ""): boolean =>
  host === localRecorderName || recorderNumber(host) !== undefined;

/** What the first recorder brings with it on the web host, and the last one takes away. */
const isForRecording = (step: ChangeStep): boolean => {
  const { host, part } = roleOf(step);
  return host === "web" && (part === "recording" || part.startsWith("recorder-account-"));
};

function changedHost(step: ChangeStep, drained: boolean): ChangedHost {
  const name = roleOf(step).host ?? "";
  const inputs = { ...step.oldState?.inputs, ...step.newState?.inputs };
  const former = word(step.oldState?.inputs?.serverType);
  return {
    name,
    serverType: word(inputs.serverType),
    location: word(inputs.location),
    ...(step.op === "replace" && former !== word(inputs.serverType) ? { formerType: former } : {}),
    ...(step.op === "create" || name === "web" ? {} : { drained }),
  };
}

/** A name as Hetzner's are. A preview may be a stranger's, and its line is shown as it is. */
const word = (value: unknown): string | undefined =>
  typeof value === "string" && /^[a-z0-9-]{1,30}$/.test(value) ? value : undefined;

const opOnHost = (step: ChangeStep): string => `${step.op} ${roleOf(step).host ?? ""}`;

/** Of a host whose server was made by an earlier run. */
function isLastOfNewHost(step: ChangeStep): boolean {
  const { host, part } = roleOf(step);
  const last = host === "web" ? "configure" : kindOfRecorder(host) ? "serve" : "drain";
  return step.op === "create" && part === last;
}

function becomes({ op, oldState, newState }: ChangeStep, key: string, value: string): boolean {
  const [was, is] = [stdinValue(oldState, key), stdinValue(newState, key)];
  return op === "update" && is === value && was !== undefined && was !== value;
}

function changesType({ op, oldState, newState, diffReasons = [] }: ChangeStep): boolean {
  const [was, is] = [oldState?.inputs?.serverType, newState?.inputs?.serverType];
  const differs = was !== undefined && is !== undefined && was !== is;
  return op === "update" && (diffReasons.includes("serverType") || differs);
}

function changesHeapOfJicofo(step: ChangeStep): boolean {
  const [was, is] = [step.oldState, step.newState].map((state) => stdinValue(state, "HEAP_MB"));
  const isJicofo = roleOf(step).host === "web" && roleOf(step).part === "jicofo";
  return isJicofo && was !== undefined && is !== undefined && was !== is;
}

function objectsOf(staying: readonly ChangeStep[], hostsChange: boolean): string[] {
  const names = staying
    .filter((step) => !changesType(step))
    .flatMap((step) => objectNames[typeOf(step)] ?? [])
    // Groups of bridges that come or go are no news beside them.
    .concat(
      !hostsChange && staying.some((step) => typeOf(step) === resourceTypes.placementGroup)
        ? ["placement groups"]
        : [],
    );
  return [...new Set(names)].sort();
}

/** Names of the hosts of these steps, each once, the web host first. */
function hostsOf(steps: readonly ChangeStep[]): string[] {
  return [...new Set(steps.flatMap((step) => roleOf(step).host ?? []))].sort(byHost);
}

/** The host that a bridge or a recorder is on. */
const hostOfBridge = (name: string): string =>
  name === localBridgeName || name === localRecorderName ? "web" : name;

const byName = (a: ChangedHost, b: ChangedHost): number => byHost(a.name, b.name);
