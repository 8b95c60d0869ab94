import * as pulumi from "@pulumi/pulumi";
import { labels } from "../components/labels";
import { memoryOfTypes, resolveServerType } from "../components/serverTypes";
import type { Settings } from "../config";
import { defaults } from "../constants";
import { OperatorError } from "../operatorError";
import { isOutside } from "../settings/adminCidrs";
import type { Access } from "./access";
import { AnswerError, answerErrorFix } from "./answer";
import {
  checkDomain,
  checkImage,
  checkPrivateRange,
  checkQuota,
  checkRecords,
  checkZone,
} from "./checks";
import { readCloud, type CloudFacts } from "./cloudFacts";
import { describeCost, monthlyCost, type MonthlyCost } from "./cost";
import { declaredHosts, type DeclaredHost } from "./declared";
import { none, together, type Findings, type Obstacle } from "./findings";
import { checkHeaps } from "./heapCheck";
import { ApiError, HcloudApi, UnreachableError } from "./hcloudApi";
import { checkWebHost } from "./hungHost";
import { checkLocalBridge } from "./localBridgeCheck";
import { powerOnHosts } from "./powerOn";
import { checkRoll, rollNotes } from "./rollCheck";
import { chooseServerType } from "./serverTypeChoice";

/** What this `up` would stumble over, in one message, before anything is made. */
export class PreflightError extends OperatorError {
  constructor(readonly obstacles: readonly Obstacle[]) {
    const lines = obstacles.map(
      ({ key, reason, fix }) => `  ${key === undefined ? "" : `${key} `}${reason}:\n      ${fix}`,
    );
    super(["This cannot be deployed as it is; nothing was changed.", ...lines].join("\n"));
  }
}

export interface PreflightResult {
  /** Server types to order for new hosts. */
  readonly webServerType: string;
  readonly jvbServerType: string;
  /** Memory of server types in GB, by name. */
  readonly memoryGb: Readonly<Record<string, number>>;
  /** Absent where the API could not be asked. */
  readonly monthlyCost?: MonthlyCost;
}

export interface PreflightArgs {
  readonly settings: Settings;
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** Where the API is; without a token it is not asked. */
  readonly access: Access;
  /** A preview, which works without an API; an update does not. */
  readonly dryRun: boolean;
  /** By default the real one. */
  readonly api?: HcloudApi;
  readonly now?: Date;
}

/**
 * Asks the cloud whether what this `up` would make can be made. What exists already stops nothing: neither a
 * retired type nor a sold-out one is in the way of a smaller count or a new certificate.
 *
 * @throws PreflightError with every obstacle at once
 */
export async function preflight(args: PreflightArgs): Promise<PreflightResult> {
  const { settings, access, dryRun } = args;
  const { token } = access;
  if (dryRun) remarks(settings).forEach((text) => void pulumi.log.info(text));
  if (token === undefined) {
    if (!dryRun) throw new PreflightError([noToken]);
    return withoutCloud(
      settings,
      "there is no token of Hetzner Cloud (HCLOUD_TOKEN, or hcloud:token)",
    );
  }
  try {
    const api = args.api ?? new HcloudApi({ ...access, token });
    const facts = await readCloud(api, { ...settings, stack: args.stack });
    const result = withCloud(settings, args.stack, facts, args.now ?? new Date());
    const hosts = declaredHosts(settings, facts.servers);
    const { obstacles } = together(
      await Promise.all([
        checkLocalBridge(settings.localBridge, facts.servers.length > 0),
        // Through a bastion it cannot be asked from here.
        dryRun || settings.sshProxy !== undefined ? none : checkWebHost(hosts),
      ]),
    );
    if (obstacles.length > 0) throw new PreflightError(obstacles);
    await powerOnHosts(hosts, api, dryRun);
    return result;
  } catch (error) {
    if (error instanceof UnreachableError && dryRun) return withoutCloud(settings, error.message);
    throw asObstacle(error, access.endpoint);
  }
}

/** What may be meant so, but not by everybody. */
function remarks({ adminCidrs }: Settings): string[] {
  const open = adminCidrs.filter((range) => range.endsWith("/0"));
  return open.length === 0
    ? []
    : [
        `Everybody (${open.join(", ")}) reaches port 22 of the hosts, where sshd takes keys and no passwords; fewer do after: pulumi config set --path 'adminCidrs[0]' YOUR-ADDRESS/32`,
      ];
}

const noToken: Obstacle = {
  reason: "There is no token of Hetzner Cloud",
  fix: "pulumi config set --secret hcloud:token  # or: export HCLOUD_TOKEN=...",
};

function asObstacle(error: unknown, endpoint: string): unknown {
  if (error instanceof UnreachableError) {
    return new PreflightError([
      { reason: error.message, fix: "look at the network, then: pulumi up" },
    ]);
  }
  if (error instanceof AnswerError) {
    return new PreflightError([{ reason: sentence(error.message), fix: answerErrorFix }]);
  }
  if (!(error instanceof ApiError)) return error;
  const { status, code, message } = error;
  return new PreflightError([
    status === 401
      ? { reason: `${endpoint} refuses the token: ${message}`, fix: noToken.fix }
      : { reason: `${endpoint} answers ${status} ${code}: ${message}`, fix: "pulumi up  # again" },
  ]);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** The preview goes on by what the program knows itself, and says what it does not know. */
function withoutCloud(settings: Settings, reason: string): PreflightResult {
  const choose = (asked: string): string => {
    const { name, note } = resolveServerType(asked, settings.location);
    if (note !== undefined) void pulumi.log.info(note);
    return name;
  };
  const zone =
    settings.dnsZone === undefined ? "" : `, the zone ${settings.dnsZone} and its records`;
  void pulumi.log.warn(
    `Not checked, because ${reason}: whether server types and image can be ordered in ${settings.location}${zone}, what exists already, and the cost.`,
  );
  return {
    webServerType: choose(settings.webServerType),
    jvbServerType: choose(settings.jvbServerType),
    memoryGb: memoryOfTypes(),
  };
}

function withCloud(
  settings: Settings,
  stack: string,
  facts: CloudFacts,
  now: Date,
): PreflightResult {
  const hosts = declaredHosts(settings, facts.servers);
  const missing = hosts.filter(({ server }) => server === undefined);
  const choose = (key: "webServerType" | "jvbServerType", role: DeclaredHost["role"]) => {
    const choice = chooseServerType(key, settings[key], settings.location, facts.serverTypes, now);
    const isOrdered = missing.some((host) => host.role === role);
    if (isOrdered && choice.note !== undefined) void pulumi.log.info(choice.note);
    return {
      name: choice.name,
      findings: isOrdered ? choice.findings : asWarnings(choice.findings),
    };
  };
  const web = choose("webServerType", "web");
  const jvb = choose("jvbServerType", "jvb");
  const typeToOrder = { web: web.name, jvb: jvb.name };
  const { image, location, rollBridges } = settings;
  const wanted = { types: typeToOrder, image, location };
  const hostTypes = facts.servers.map(({ server_type: { name, memory } }) => ({ name, memory }));
  const memoryGb = memoryOfTypes([...facts.serverTypes, ...hostTypes]);
  const { obstacles, warnings } = together([
    checkDomain(settings.domain, facts.servers),
    web.findings,
    jvb.findings,
    missing.length === 0 ? none : checkImage(settings.image, facts.images, now),
    checkQuota(hosts.length, missing.length),
    facts.servers.length > 0 ? none : checkPrivateRange(facts.networks),
    checkNames(settings, stack, hosts, facts),
    checkHeaps(settings, hosts, typeToOrder, memoryGb),
    checkRoll(hosts, wanted, rollBridges),
  ]);
  warnings.forEach((text) => void pulumi.log.warn(text));
  if (obstacles.length > 0) throw new PreflightError(obstacles);
  if (missing.length > 0) tellWhoReachesSsh(settings);
  rollNotes(hosts, wanted, rollBridges).forEach((text) => void pulumi.log.info(text));
  const cost = monthlyCost(hosts, typeToOrder, settings.location, facts);
  void pulumi.log.info(
    cost === undefined ? "The API has no price for one of the hosts" : describeCost(cost),
  );
  return { webServerType: web.name, jvbServerType: jvb.name, memoryGb, monthlyCost: cost };
}

/** A connection that is filtered ends in a bare "i/o timeout", minutes later: then this line stands beside it. */
function tellWhoReachesSsh({ adminCidrs, sshProxy }: Settings): void {
  const everybody: readonly string[] = defaults.adminCidrs;
  if (everybody.every((range) => adminCidrs.includes(range))) return;
  const who =
    sshProxy === undefined ? "the machine that runs this" : `the bastion ${sshProxy.host}`;
  const open = `Port 22 of the new hosts is open to ${adminCidrs.join(", ")} only (adminCidrs)`;
  if (sshProxy !== undefined && isOutside(sshProxy.host, adminCidrs)) {
    void pulumi.log.warn(
      `${open}, and ${who} is not in it: has it another address on its way out?`,
    );
  } else void pulumi.log.info(`${open}: ${who} must be in it`);
}

/** For hosts that are all there: it would be in the way of the next one only. */
function asWarnings({ obstacles, warnings }: Findings): Findings {
  const later = obstacles.map(({ key, reason }) => `for the next new host: ${key ?? ""} ${reason}`);
  return { obstacles: [], warnings: [...later, ...warnings] };
}

function checkNames(
  { dnsZone }: Settings,
  stack: string,
  hosts: readonly DeclaredHost[],
  facts: CloudFacts,
): Findings {
  if (dnsZone === undefined) return none;
  const zone = checkZone(dnsZone, facts.zone);
  if (facts.zone === undefined || zone.obstacles.length > 0) return zone;
  const hostnames = hosts.map(({ hostname }) => hostname);
  return together([zone, checkRecords(hostnames, dnsZone, facts.zone, labels({ stack }))]);
}
