import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/settings";
import type { Role } from "../constants";
import { OperatorError } from "../errors";
import { apiProblem, tokenFix } from "../hcloud/apiProblem";
import type { CloudFacts, ServerFact } from "../hcloud/cloudFacts";
import { UnreachableError, type HcloudApi } from "../hcloud/hcloudApi";
import { readCloud } from "../hcloud/readCloud";
import type { ClusterPlan } from "../plan/clusterPlan";
import { describeCost, monthlyCost, type MonthlyCost } from "../plan/cost";
import { labels, stackSelector } from "../plan/labels";
import { plannedHosts, type PlannedHost } from "../plan/plannedHosts";
import { chooseRecorderType } from "../plan/recorderServerType";
import { chooseServerType, type ServerTypeChoice } from "../plan/serverTypeChoice";
import { candidatesFor, memoryOfTypes } from "../plan/serverTypes";
import { webNames } from "../plan/webNames";
import { formatProblems, problemSentence, type Problem } from "../problem";
import { checkDomain, checkImage, checkPrivateRange, checkQuota, checkZone } from "./checks";
import { checkEngineMemory } from "./engineMemory";
import { engineState, type EngineState } from "./engineState";
import { none, together, type Findings } from "./findings";
import { checkLostWebHost } from "./formerWebHost";
import { checkGoneServers } from "./goneServers";
import { checkHeaps } from "./heapCheck";
import { checkWebHost } from "./hungHost";
import { checkLocalBridge } from "./localBridgeCheck";
import { checkNodes } from "./nodeCheck";
import { checkNetworkZone } from "./networkZone";
import {
  checkLocalRecorder,
  checkNetworkRoom,
  checkRecordersCertificate,
  checkRecordingSecrets,
  readRecordingSecrets,
} from "./recordingCheck";
import { checkRecords } from "./recordCheck";
import { checkRoll, rollNotes, type WantedServer } from "./rollCheck";
import { describeServers } from "./serverList";
import { checkServerType } from "./serverTypeCheck";
import { remarkOnSshAccess, tellWhoReachesNewHosts } from "./sshAccess";
import {
  checkOwnCertificate,
  readOwnCertificate,
  type OwnCertificate,
  type OwnCertificateNeeds,
} from "./ownCertificate";
import { checkSshAgent } from "./sshAgent";
import { checkWebAddresses, checkWebLocation } from "./webAddresses";
import { checkWebSize } from "./webSizeCheck";

/** All problems that would stop this `up` half way, in one message, before anything is created. */
export class PreflightError extends OperatorError {
  constructor(readonly problems: readonly Problem[]) {
    super(formatProblems("This cannot be deployed as it is; nothing was changed.", problems));
  }
}

export interface PreflightResult {
  /** Server types to order for new hosts. */
  readonly webServerType: string;
  readonly jvbServerType: string;
  readonly jibriServerType: string;
  /** Memory of server types in GB, by name. */
  readonly memoryGb: Readonly<Record<string, number>>;
  /** Servers of the cluster that are off; none if the API could not be asked. */
  readonly serversOff: readonly ServerFact[];
  /** Absent if the API could not be asked. */
  readonly monthlyCost?: MonthlyCost;
}

export interface PreflightArgs {
  readonly settings: Settings;
  /** Of these settings. */
  readonly plan: ClusterPlan;
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Absent without a token; then the API is not asked. */
  readonly api?: HcloudApi;
  /** A preview. It works without the API; an update does not. */
  readonly dryRun: boolean;
  readonly now?: Date;
  /** By default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** By default that of the engine. */
  readonly state?: EngineState;
}

/**
 * Asks the cloud whether it can create what this `up` would create. Changes nothing.
 *
 * What exists already never stops an `up`: with a retired or sold-out type, a smaller count or a new certificate still
 * works.
 *
 * @throws PreflightError with every problem at once
 */
export async function preflight(args: PreflightArgs): Promise<PreflightResult> {
  const { settings, plan, stack, api, dryRun, state = engineState } = args;
  if (dryRun) remarkOnSshAccess(settings);
  const own = await readOwnCertificate(settings);
  // Whether the web host exists is known later. What is refused in any case needs no cloud.
  if (own !== undefined) refuseProblems(ownCertificate(args, own, true));
  const secrets = await readRecordingSecrets(settings);
  refuseProblems(checkRecordingSecrets(settings.recordings, secrets));
  if (api === undefined) {
    if (!dryRun) throw new PreflightError([noToken]);
    return withoutCloud(
      settings,
      "there is no token of Hetzner Cloud (HCLOUD_TOKEN, or hcloud:token)",
    );
  }
  try {
    const { image, dnsZone, webServerType, jvbServerType, jibriServerType } = settings;
    const serverTypes = [webServerType, jvbServerType, jibriServerType ?? []]
      .flat()
      .flatMap(candidatesFor);
    const labelSelector = stackSelector(stack);
    const facts = await readCloud(api, { labelSelector, image, serverTypes, dnsZone });
    const hosts = plannedHosts(plan, facts.servers);
    const hasHosts = facts.servers.length > 0;
    const around = await Promise.all([
      checkLocalBridge(settings.localBridge, hasHosts, state),
      checkGoneServers(state, hosts, facts.servers, api),
      checkLostWebHost(settings, plan, hosts, state),
      checkNames(args, hosts, facts, state),
      checkSshAgent(args.env),
    ]);
    const ofOwn = own === undefined ? none : ownCertificate(args, own, hasHosts);
    const result = withCloud(args, facts, hosts, [ofOwn, ...around]);
    // Behind a bastion the host cannot be asked from here.
    if (!dryRun && settings.sshProxy === undefined) refuseProblems(await checkWebHost(hosts));
    return result;
  } catch (error) {
    if (error instanceof UnreachableError && dryRun) return withoutCloud(settings, error.message);
    const problem = apiProblem(error, api.endpoint);
    throw problem === undefined ? error : new PreflightError([problem]);
  }
}

function ownCertificate(
  { settings: { domain, aliases }, now = new Date() }: PreflightArgs,
  own: OwnCertificate,
  isRunning: OwnCertificateNeeds["isRunning"],
): Findings {
  return checkOwnCertificate(own, { domain, aliases, now, isRunning });
}

/** @throws PreflightError if there is a problem */
export function refuseProblems({ problems }: Findings): void {
  if (problems.length > 0) throw new PreflightError(problems);
}

const noToken: Problem = { reason: "There is no token of Hetzner Cloud", fix: tokenFix };

/** The preview continues with what the program knows itself, and says what was not checked. */
function withoutCloud(settings: Settings, reason: string): PreflightResult {
  const use = ({ name, note }: ServerTypeChoice): string => {
    if (note !== undefined) void pulumi.log.info(note);
    return name;
  };
  const zone =
    settings.dnsZone === undefined ? "" : `, the zone ${settings.dnsZone} and its records`;
  void pulumi.log.warn(
    `Not checked, because ${reason}: whether the server types and the image can be ordered in ${settings.location}${zone}, what exists already, and the cost.`,
  );
  return {
    webServerType: use(chooseServerType(settings.webServerType, settings.location)),
    jvbServerType: use(chooseServerType(settings.jvbServerType, settings.location)),
    jibriServerType: use(chooseRecorderType(settings.jibriServerType, settings.location)),
    memoryGb: memoryOfTypes(),
    serversOff: [],
  };
}

/** What was read of the cloud, beside what the settings ask for. */
interface Examined extends Pick<PreflightArgs, "settings" | "plan" | "stack"> {
  readonly facts: CloudFacts;
  /** All hosts of the plan, and those that have no server yet. */
  readonly hosts: readonly PlannedHost[];
  readonly missing: readonly PlannedHost[];
  readonly now: Date;
}

/** @param around findings that do not come from the lists of the cloud */
function withCloud(
  { settings, plan, stack, now = new Date() }: PreflightArgs,
  facts: CloudFacts,
  hosts: readonly PlannedHost[],
  around: readonly Findings[],
): PreflightResult {
  const missing = hosts.filter(({ server }) => server === undefined);
  const examined = { settings, plan, stack, facts, hosts, missing, now };
  const { types, findings } = chooseServerTypes(examined);
  const { image, location } = settings;
  const wanted = { types, image, location };
  const hostTypes = facts.servers.map(({ server_type: { name, memory } }) => ({ name, memory }));
  const memoryGb = memoryOfTypes([...facts.serverTypes, ...hostTypes]);
  const checked = checkCluster(examined, wanted, findings, memoryGb);
  const { problems, warnings } = together([...around, checked]);
  void pulumi.log.info(describeServers(hosts));
  warnings.forEach((text) => void pulumi.log.warn(text));
  if (problems.length > 0) throw new PreflightError(problems);
  if (missing.length > 0) tellWhoReachesNewHosts(settings);
  rollNotes(hosts, wanted).forEach((text) => void pulumi.log.info(text));
  const cost = monthlyCost(hosts, types, location, facts);
  void pulumi.log.info(
    cost === undefined
      ? "The cost is unknown: the API has no price for one of the hosts"
      : describeCost(cost),
  );
  return {
    webServerType: types.web,
    jvbServerType: types.jvb,
    jibriServerType: types.jibri,
    memoryGb,
    serversOff: hosts.flatMap(({ server }) => (server?.status === "off" ? [server] : [])),
    monthlyCost: cost,
  };
}

/** The server types to order, by role. What is wrong with a type is only a warning if no host of its role is missing. */
function chooseServerTypes({ settings, facts, hosts, missing, now }: Examined): {
  types: Record<Role, string>;
  findings: Findings;
} {
  const { location } = settings;
  const market = { types: facts.serverTypes, now };
  const choose = (
    key: "webServerType" | "jvbServerType" | "jibriServerType",
    role: Role,
    choice: ServerTypeChoice,
  ) => {
    const findings = checkServerType({ key, type: settings[key] ?? "", location }, choice, market);
    const isOrdered = missing.some((host) => host.role === role);
    if (isOrdered && choice.note !== undefined) void pulumi.log.info(choice.note);
    // A cluster without recorders does not need their type.
    const isNeeded = role !== "jibri" || hosts.some((host) => host.role === role);
    const later = isNeeded ? asWarnings(findings) : none;
    return { name: choice.name, findings: isOrdered ? findings : later };
  };
  const ofSettings = (key: "webServerType" | "jvbServerType", role: Role) =>
    choose(key, role, chooseServerType(settings[key], location, market));
  const [web, jvb] = [ofSettings("webServerType", "web"), ofSettings("jvbServerType", "jvb")];
  const recorder = chooseRecorderType(settings.jibriServerType, location, market);
  const jibri = choose("jibriServerType", "jibri", recorder);
  return {
    types: { web: web.name, jvb: jvb.name, jibri: jibri.name },
    findings: together([web.findings, jvb.findings, jibri.findings]),
  };
}

/** @param ofTypes the findings about the server types to order */
function checkCluster(
  examined: Examined,
  wanted: WantedServer,
  ofTypes: Findings,
  memoryGb: Readonly<Record<string, number>>,
): Findings {
  const { settings, plan, stack, facts, hosts, missing, now } = examined;
  const isMaking = missing.length > 0 || plan.bridges.some(({ rolled }) => rolled);
  const zone = checkNetworkZone(settings.location, facts.networks, labels({ stack }));
  const heaps = { ...settings, hasLocalBridge: plan.localBridge !== undefined };
  return together([
    isMaking ? zone : asWarnings(zone),
    checkWebLocation(settings.location, hosts, facts.primaryIps),
    checkWebAddresses(hosts, facts.primaryIps),
    checkDomain(settings.domain, facts.servers),
    ofTypes,
    missing.length === 0 ? none : checkImage(settings.image, facts.images, now),
    checkQuota(hosts.length, missing.length),
    facts.servers.length > 0 ? none : checkPrivateRange(facts.networks),
    checkEngineMemory(...bridgeCounts(hosts, "jvb"), undefined, bridgeCounts(hosts, "jibri")),
    checkHeaps(heaps, hosts, wanted.types, memoryGb),
    checkWebSize(hosts, wanted.types.web, facts.serverTypes),
    checkNodes(settings.existingNodes, facts.servers),
    checkRoll(hosts, wanted),
    checkNetworkRoom(hosts, wanted),
    checkRecordersCertificate(settings),
    checkLocalRecorder(settings.localRecorder, hosts, wanted.types.web, facts.serverTypes),
  ]);
}

/** The number of bridges (recorders) that have a server, and of all of them. */
function bridgeCounts(
  hosts: readonly PlannedHost[],
  ofRole: "jvb" | "jibri",
): [existing: number, total: number] {
  const bridges = hosts.filter(({ role }) => role === ofRole);
  return [bridges.filter(({ server }) => server !== undefined).length, bridges.length];
}

/** If all hosts exist, a problem would stop only the next new host. */
function asWarnings({ problems, warnings }: Findings): Findings {
  const later = problems.map((one) => `for the next new host: ${problemSentence(one)}`);
  return { problems: [], warnings: [...later, ...warnings] };
}

/** The managed zone, and the records in it. */
async function checkNames(
  { settings, stack }: PreflightArgs,
  hosts: readonly PlannedHost[],
  facts: CloudFacts,
  state: EngineState,
): Promise<Findings> {
  const { dnsZone } = settings;
  if (dnsZone === undefined) return none;
  const zone = checkZone(dnsZone, facts.zone);
  if (facts.zone === undefined || zone.problems.length > 0) return zone;
  const hostnames = [...new Set([...webNames(settings), ...hosts.map(({ hostname }) => hostname)])];
  const ownLabels = labels({ stack });
  return together([zone, await checkRecords(hostnames, dnsZone, facts.zone, ownLabels, state)]);
}
