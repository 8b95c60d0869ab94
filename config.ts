import * as pulumi from "@pulumi/pulumi";
import { adminCidrsProblems, parseAdminCidrs } from "./adminCidrsSetting";
import { defaults, images, limits, networkZones, type Location } from "./constants";
import { labelsProblems, parseLabels } from "./labelsSetting";
import { OperatorError } from "./operatorError";
import { parseKeys, publicKeyProblem } from "./publicKeyProblem";
import { parseSshProxy, plainPrivateKey, sshProxyProblems, type SshProxy } from "./sshProxySetting";

/** The stack configuration's keys, as Pulumi.yaml declares them. */
export const configKeys = [
  "domain",
  "jvbCount",
  "webServerType",
  "jvbServerType",
  "location",
  "image",
  "sshAuthorizedKeys",
  "dnsZone",
  "adminCidrs",
  "labels",
  "deleteProtection",
  "sshProxy",
  "sshProxyHostKey",
  "sshProxyPrivateKey",
] as const;

export type ConfigKey = (typeof configKeys)[number];

/** The values as Pulumi hands them over: text, lists as JSON; absent or empty where not set. */
export type RawConfig = Readonly<Partial<Record<ConfigKey, string>>>;

/** What the operator asks for: checked, complete, frozen. */
export interface Settings {
  /** Where people meet: meet.example.org. Lower case, without the trailing dot. */
  readonly domain: string;
  /** Number of bridges, 1 to `limits.bridges`. */
  readonly jvbCount: number;
  /** Server types as asked for; `resolveServerType` finds what is ordered. */
  readonly webServerType: string;
  readonly jvbServerType: string;
  readonly location: Location;
  /** Name of the system image of new hosts. */
  readonly image: string;
  /** Public keys of the people who may log in as root, authorized_keys lines. */
  readonly sshAuthorizedKeys: readonly string[];
  /** The zone at Hetzner DNS that holds `domain`; absent where the records are made elsewhere. */
  readonly dnsZone?: string;
  /** Who reaches port 22 of the hosts, as address ranges. */
  readonly adminCidrs: readonly string[];
  /** Labels of all objects at Hetzner, beside the program's own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Hetzner refuses to delete the web host and its addresses. */
  readonly deleteProtection: boolean;
  /** The bastion through which the hosts are reached; absent where they are reached directly. */
  readonly sshProxy?: SshProxy;
  /** The private key for the bastion; absent where an SSH agent has it. Secret. */
  readonly sshProxyPrivateKey?: pulumi.Output<string>;
}

/** One thing wrong with one key. */
export interface Problem {
  readonly key: ConfigKey;
  /** A sentence: the value and what is allowed. */
  readonly reason: string;
  /** The command that sets the key right. */
  readonly fix: string;
}

/** All that is wrong with a stack's configuration, in one message. */
export class ConfigError extends OperatorError {
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    const lines = problems.map(({ key, reason, fix }) => `  ${key} ${reason}:\n      ${fix}`);
    super([`The stack's configuration has ${count}:`, ...lines].join("\n"));
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
  const cidrs = raw.adminCidrs === undefined ? [...defaults.adminCidrs] : parseKeys(raw.adminCidrs);
  const labels = parseLabels(raw.labels);
  const settings: Settings = {
    domain: raw.domain ?? "",
    jvbCount: Number(raw.jvbCount ?? defaults.jvbCount),
    webServerType: raw.webServerType ?? defaults.webServerType,
    jvbServerType: raw.jvbServerType ?? defaults.jvbServerType,
    location: (raw.location ?? defaults.location) as Location,
    image: raw.image ?? defaults.image,
    sshAuthorizedKeys: Object.freeze(keys ?? []),
    dnsZone: raw.dnsZone === "" ? undefined : raw.dnsZone,
    adminCidrs: parseAdminCidrs(cidrs ?? []),
    labels: labels ?? {},
    deleteProtection: raw.deleteProtection === "true",
    sshProxy: parseSshProxy(raw.sshProxy, raw.sshProxyHostKey),
  };
  const problems = [
    ...checkDomain(settings),
    ...checkJvbCount(settings, raw.jvbCount),
    ...checkServerType("webServerType", settings.webServerType),
    ...checkServerType("jvbServerType", settings.jvbServerType),
    ...checkLocation(settings),
    ...checkImage(settings),
    ...(keys === undefined ? [keysAreNoList] : checkAuthorizedKeys(keys)),
    ...checkDnsZone(settings),
    ...checkDomainIsInZone(settings),
    ...adminCidrsProblems(cidrs),
    ...labelsProblems(labels),
    ...checkDeleteProtection(raw.deleteProtection),
    ...sshProxyProblems(raw.sshProxy, raw.sshProxyHostKey),
  ];
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return Object.freeze(settings);
}

const set = (key: ConfigKey, value: string | number): string => `pulumi config set ${key} ${value}`;

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

function checkJvbCount({ jvbCount }: Settings, raw: string | undefined): Problem[] {
  // Number() also takes "", " 2 ", "0x10" and "1e1".
  const isPlain = raw === undefined || /^\d+$/.test(raw);
  if (isPlain && jvbCount >= 1 && jvbCount <= limits.bridges) {
    return [];
  }
  const reason = `is "${raw ?? ""}"; a whole number from 1 to ${limits.bridges} is needed`;
  return [{ key: "jvbCount", reason, fix: set("jvbCount", defaults.jvbCount) }];
}

function checkServerType(key: "webServerType" | "jvbServerType", value: string): Problem[] {
  if (/^[a-z]+[0-9]+$/.test(value)) {
    return [];
  }
  const reason = `is "${value}"; the name of a Hetzner server type is needed, such as ${defaults[key]}`;
  return [{ key, reason, fix: set(key, defaults[key]) }];
}

function checkLocation({ location }: Settings): Problem[] {
  if (Object.hasOwn(networkZones, location)) {
    return [];
  }
  const reason = `is "${location}"; one of ${Object.keys(networkZones).join(", ")} is needed`;
  return [{ key: "location", reason, fix: set("location", defaults.location) }];
}

function checkImage({ image }: Settings): Problem[] {
  if ((images as readonly string[]).includes(image)) {
    return [];
  }
  const reason = `is "${image}"; one of ${images.join(", ")} is needed`;
  return [{ key: "image", reason, fix: set("image", defaults.image) }];
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
    return reason === undefined
      ? []
      : [{ key: "sshAuthorizedKeys", reason: `[${index}] ${reason}`, fix: setKey(index) }];
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

function checkDeleteProtection(raw: string | undefined): Problem[] {
  if (raw === undefined || raw === "true" || raw === "false") {
    return [];
  }
  const fix = set("deleteProtection", "true");
  return [{ key: "deleteProtection", reason: `is "${raw}"; true or false is needed`, fix }];
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
