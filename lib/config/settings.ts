import type { Problem } from "../problem";
import * as pulumi from "@pulumi/pulumi";
import { defaults, images, limits, networkZones, type Location } from "../constants";
import { OperatorError } from "../errors";
import { formatProblems } from "../problem";
import { adminCidrsProblems, parseAdminCidrs } from "./adminCidrs";
import { bridgeProblems, parseBridges, type BridgeChoice } from "./bridges";
import { drainTimeoutProblems, parseDuration } from "./duration";
import { labelsProblems, parseLabels } from "./labels";
import {
  choiceProblems,
  flagProblems,
  optionalNumberProblems,
  parseFlag,
  parseOptionalNumber,
} from "./plain";
import { configKeys, set, type RawConfig } from "./problem";
import { parseKeys, publicKeyProblem } from "./publicKey";
import { parseSoftware, softwareProblems, type Software } from "./software";
import { parseSshProxy, plainPrivateKey, sshProxyProblems, type SshProxy } from "./sshProxy";
import { timezoneProblems } from "./timezone";

/** What the operator asks for: checked, complete, frozen. */
export interface Settings extends BridgeChoice, Software {
  /** Where people meet: meet.example.org. Lower case, without the trailing dot. */
  readonly domain: string;
  /** Seconds that a bridge which leaves or restarts may keep its conferences; 0: it ends them at once. */
  readonly drainTimeoutSeconds: number;
  /** Whether a bridge goes at the end of that time though people are on it. */
  readonly forceDrain: boolean;
  /** Number of the bridges' XMPP account; a new number is a new account with a new password. */
  readonly jvbSecretVersion: number;
  /** Server types as asked for; `chooseServerType` finds what is ordered. */
  readonly webServerType: string;
  readonly jvbServerType: string;
  /** Largest heaps of the bridges and of jicofo in MB; absent: as their host's memory allows. */
  readonly bridgeHeapMb?: number;
  readonly jicofoHeapMb?: number;
  readonly location: Location;
  /** Name of the system image of new hosts. */
  readonly image: string;
  /** Name of the hosts' time zone. */
  readonly timezone: string;
  /** Public keys of the people who may log in as root, authorized_keys lines. */
  readonly sshAuthorizedKeys: readonly string[];
  /** The zone at Hetzner DNS that holds `domain`; absent where the records are made elsewhere. */
  readonly dnsZone?: string;
  /** Who reaches port 22 of the hosts, as address ranges. */
  readonly adminCidrs: readonly string[];
  /** Labels of all objects at Hetzner, beside the program's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Hetzner refuses to delete the web host and its addresses. */
  readonly protect: boolean;
  /** The bastion through which the hosts are reached; absent where they are reached directly. */
  readonly sshProxy?: SshProxy;
  /** The private key for the bastion; absent where an SSH agent has it. Secret. */
  readonly sshProxyPrivateKey?: pulumi.Output<string>;
}

/** All that is wrong with a stack's configuration, in one message. */
export class ConfigError extends OperatorError {
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super(formatProblems(`The stack's configuration has ${count}:`, problems));
  }
}

/** Reads and checks the stack's configuration. The only place that does. @throws ConfigError */
export function loadSettings(): Settings {
  const config = new pulumi.Config();
  const plainKeys = configKeys.filter((key) => key !== plainPrivateKey.key);
  const raw = Object.fromEntries(plainKeys.map((key) => [key, config.get(key)]));
  return Object.freeze({ ...parseSettings(raw), sshProxyPrivateKey: privateKeyFrom(config) });
}

/** The engine cannot demand that a key with a default is secret, so plain text is refused here. */
function privateKeyFrom(config: pulumi.Config): pulumi.Output<string> | undefined {
  const { key } = plainPrivateKey;
  // Part of the SDK's runtime, but not of its types.
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  if (!runtime.isConfigSecret(`${config.name}:${key}`) && config.get(key)) {
    throw new ConfigError([plainPrivateKey]);
  }
  return config.getSecret(key);
}

/** Checks plain values. Pure. @throws ConfigError with every problem at once */
export function parseSettings(raw: RawConfig): Settings {
  const keys = parseKeys(raw.sshAuthorizedKeys);
  const labels = parseLabels(raw.labels);
  const drainTimeout = raw.drainTimeout ?? defaults.drainTimeout;
  const settings: Settings = {
    ...parseBridges(raw),
    ...parseSoftware(raw),
    domain: raw.domain ?? "",
    drainTimeoutSeconds: parseDuration(drainTimeout) ?? 0,
    forceDrain: parseFlag(raw.forceDrain),
    jvbSecretVersion: parseOptionalNumber(raw.jvbSecretVersion) ?? defaults.jvbSecretVersion,
    webServerType: raw.webServerType ?? defaults.webServerType,
    jvbServerType: raw.jvbServerType ?? defaults.jvbServerType,
    bridgeHeapMb: parseOptionalNumber(raw.bridgeHeapMb),
    jicofoHeapMb: parseOptionalNumber(raw.jicofoHeapMb),
    location: (raw.location ?? defaults.location) as Location,
    image: raw.image ?? defaults.image,
    timezone: raw.timezone ?? defaults.timezone,
    sshAuthorizedKeys: Object.freeze([...(keys ?? [])]),
    dnsZone: raw.dnsZone === "" ? undefined : raw.dnsZone,
    adminCidrs: parseAdminCidrs(raw.adminCidrs),
    labels: labels ?? {},
    protect: parseFlag(raw.protect),
    sshProxy: parseSshProxy(raw.sshProxy, raw.sshProxyHostKey),
  };
  const problems = [
    ...checkDomain(settings),
    ...bridgeProblems(raw),
    ...drainTimeoutProblems(drainTimeout),
    ...flagProblems("forceDrain", raw.forceDrain),
    ...optionalNumberProblems("jvbSecretVersion", raw.jvbSecretVersion, { from: 1, to: 9999 }),
    ...checkServerType("webServerType", settings.webServerType),
    ...checkServerType("jvbServerType", settings.jvbServerType),
    ...optionalNumberProblems("bridgeHeapMb", raw.bridgeHeapMb, heapRange),
    ...optionalNumberProblems("jicofoHeapMb", raw.jicofoHeapMb, heapRange),
    ...choiceProblems("location", settings.location, locations, defaults.location),
    ...choiceProblems("image", settings.image, images, defaults.image),
    ...timezoneProblems(settings.timezone),
    ...softwareProblems(raw),
    ...(keys === undefined ? [keysAreNoList] : checkAuthorizedKeys(keys)),
    ...checkDnsZone(settings),
    ...checkDomainIsInZone(settings),
    ...adminCidrsProblems(raw.adminCidrs),
    ...labelsProblems(labels),
    ...flagProblems("protect", raw.protect),
    ...sshProxyProblems(raw.sshProxy, raw.sshProxyHostKey),
  ];
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return Object.freeze(settings);
}

const locations = Object.keys(networkZones);
/** The machine's memory is checked where its type is known. */
const heapRange = { from: limits.smallestHeapMb, to: limits.largestHeapMb, unit: "MB" };

/** Two labels or more, as in RFC 1123, lower case; the last one not a number, so that no IPv4 address passes. */
const hostnamePattern =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** A bridge's name is `jvb-89.<domain>`, and a host name has 64 characters at most on Linux. */
const longestDomain = 64 - "jvb-89.".length;

function checkDomain({ domain }: Settings): Problem[] {
  const fix = set("domain", nearestHostname(domain) ?? "meet.example.org");
  if (domain === "") {
    return [{ key: "domain", reason: "is not set; the name people will meet at is needed", fix }];
  }
  if (!hostnamePattern.test(domain)) {
    const reason = `is "${domain}"; a host name in lower case is needed, without a scheme, port, path or trailing dot`;
    return [{ key: "domain", reason, fix }];
  }
  if (domain.length > longestDomain) {
    const reason = `is "${domain}", ${domain.length} characters; ${longestDomain} are allowed`;
    return [{ key: "domain", reason, fix: set("domain", "meet.example.org") }];
  }
  return [];
}

/** What somebody probably meant: `https://Meet.Example.org/` as meet.example.org. */
function nearestHostname(text: string): string | undefined {
  const guess = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/:?#].*$/, "")
    .replace(/\.+$/, "");
  return hostnamePattern.test(guess) ? guess : undefined;
}

function checkServerType(key: "webServerType" | "jvbServerType", value: string): Problem[] {
  if (/^cax[0-9]+$/.test(value)) {
    const arm = `is "${value}", an ARM type; Jitsi's hosts are x86`;
    return [{ key, reason: arm, fix: set(key, defaults[key]) }];
  }
  if (/^[a-z]+[0-9]+$/.test(value)) {
    return [];
  }
  const reason = `is "${value}"; the name of a Hetzner server type is needed, such as ${defaults[key]}`;
  return [{ key, reason, fix: set(key, defaults[key]) }];
}

const setKey = (index: number): string =>
  `pulumi config set --path 'sshAuthorizedKeys[${index}]' "$(cat ~/.ssh/id_ed25519.pub)"`;

const keysAreNoList: Problem = {
  key: "sshAuthorizedKeys",
  reason: "is not a list; a list of public keys is needed",
  fix: `pulumi config rm sshAuthorizedKeys && ${setKey(0)}`,
};

function checkAuthorizedKeys(keys: readonly string[]): Problem[] {
  return keys.flatMap((key, index): Problem[] => {
    const reason = publicKeyProblem(key) ?? duplicateOf(keys, index);
    // `--path` begins a new list where the old one is one text.
    const others =
      keys.length > 1 ? "  # a list that was set as one text: set the other keys again too" : "";
    const fix = `${setKey(index)}${others}`;
    return reason === undefined
      ? []
      : [{ key: "sshAuthorizedKeys", reason: `[${index}] ${reason}`, fix }];
  });
}

function duplicateOf(keys: readonly string[], index: number): string | undefined {
  const first = keys.indexOf(keys[index] ?? "");
  return first < index ? `is the same as number ${first}; each key is needed once` : undefined;
}

function checkDnsZone({ dnsZone }: Settings): Problem[] {
  if (dnsZone === undefined || hostnamePattern.test(dnsZone)) {
    return [];
  }
  const reason = `is "${dnsZone}"; the name of a zone at Hetzner DNS is needed, in lower case, without a trailing dot`;
  return [
    { key: "dnsZone", reason, fix: set("dnsZone", nearestHostname(dnsZone) ?? "example.org") },
  ];
}

/** Only where both are right by themselves: one mistake is not told twice. */
function checkDomainIsInZone(settings: Settings): Problem[] {
  const { domain, dnsZone } = settings;
  if (dnsZone === undefined || [...checkDomain(settings), ...checkDnsZone(settings)].length > 0) {
    return [];
  }
  if (domain === dnsZone || domain.endsWith(`.${dnsZone}`)) {
    return [];
  }
  const zone = domain.split(".").slice(-2).join(".");
  const reason = `is "${dnsZone}", which does not hold the domain ${domain}; the zone that holds it is needed, or none`;
  return [
    { key: "dnsZone", reason, fix: `${set("dnsZone", zone)}  # or: pulumi config rm dnsZone` },
  ];
}
