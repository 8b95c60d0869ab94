import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostFile, type HostFileName } from "./hostFile";
import { shQuote } from "./quote";

/**
 * The values of each remote script, by its name (`remote/<name>.sh`). Every value is a text, and can have several lines.
 * The values go to the host over stdin, so they can be secret.
 */
export interface ScriptValues {
  /** Creates an ed25519 host key if there is none, and prints its public half to stdout. */
  "host/hostKey": Record<string, never>;
  /** Removes the bootstrap host key for good, then waits for cloud-init (at most 600 s). */
  "host/ready": {
    /** The texts of the settings of the installer (`hostConf()`) and of the installer (`installer()`). */
    HOST_CONF: string;
    INSTALLER: string;
    /** The address of the host in the private network. */
    PRIVATE_IP: string;
    /** The gateway of the private network. */
    PRIVATE_GATEWAY: string;
    /** The text of the settings of sshd from the second contact on. */
    SSHD_CONF: string;
  };
  /** Closes what a new host leaves open. Restarts nothing. All but the first are texts of files. */
  "host/harden": {
    /** nftables rules, as `hostFilter()` makes them. */
    NFT_RULES: string;
    SYSCTL_CONF: string;
    MODPROBE_CONF: string;
    CORE_LIMITS: string;
    COREDUMP_CONF: string;
    PROFILE: string;
    ISSUE: string;
  };
  "host/authorizedKeys": {
    /** Public keys, one in each line. Empty removes all of them. The deployment key always stays. */
    KEYS: string;
  };
  /** Sets up a host besides Jitsi. Restarts nothing. All but the first are texts of files. */
  "host/system": {
    /** Name of a time zone: Europe/Berlin. */
    TIMEZONE: string;
    APT_CONF: string;
    NEEDRESTART_CONF: string;
    RESTART_CONF: string;
    START_LIMIT_CONF: string;
    LIMITS_CONF: string;
    NGINX_LIMITS: string;
    WATCH: string;
    WATCH_SERVICE: string;
    WATCH_TIMER: string;
  };
  /** Prints the version of Jitsi on the web host to stdout: a `JitsiVersion` as JSON. */
  "web/version": {
    /** Version of the metapackage jitsi-meet. Empty for the installed one. */
    JITSI_VERSION: string;
  };
  /** Runs jicofo as a service. Restarts it if its unit, heap or certificate changed. Waits until it is logged in. */
  "web/jicofo": {
    DOMAIN: string;
    /** PEM, the output of web/configure. The step runs when it changes. */
    XMPP_CERTIFICATE: string;
    /** Version of the metapackage jitsi-meet, from the output of web/version. The step runs when it changes. */
    JITSI_VERSION: string;
    /** The maximum heap in MB, as decimal text. */
    HEAP_MB: string;
    /** The text of its unit. */
    JICOFO_SERVICE: string;
  };
  /** Prints the certificate of auth.DOMAIN (PEM) to stdout. */
  "web/configure": {
    DOMAIN: string;
    /** The address of the web host in the private network, where bridges reach prosody. */
    WEB_PRIVATE_IP: string;
    /** The text of mod_no_http_login.lua, a module of prosody that refuses logins from browsers. */
    LOGIN_MODULE: string;
    /** The text of mod_dead_bridges.lua, a module of prosody with which a dead bridge leaves jicofo's room at once. */
    BRIDGES_MODULE: string;
  };
  /** Arguments: `set` or `remove`. */
  "web/account": {
    DOMAIN: string;
    /** The account in auth.DOMAIN: jvb, jvb-2. */
    USERNAME: string;
    /** Its password. Alphanumeric, because it goes through a Java properties file. */
    JVB_SECRET: string;
  };
  "web/certificate": { DOMAIN: string };
  /** Arguments: `install` or `remove`. The package of a bridge on the web host. */
  "web/localBridge": {
    DOMAIN: string;
    /** MUC_NICKNAME of the bridge: jvb-local-<id of the web host's server>. */
    NICKNAME: string;
  };
  /** PROPERTIES, JVB_CONF, HEAP_MB, START_* and SETTINGS_HASH come from `bridgeSettings()`. */
  "jvb/files": {
    /** The name of the bridge in messages: jvb-0. */
    NAME: string;
    AUTH_DOMAIN: string;
    WEB_PRIVATE_IP: string;
    /** PEM, the output of web/configure. */
    XMPP_CERTIFICATE: string;
    PROPERTIES: string;
    JVB_CONF: string;
    /** The maximum heap in MB, as decimal text. */
    HEAP_MB: string;
    START_SOCKET: string;
    START_SERVICE: string;
    /** The texts of the program and the units that keep a copy of the web host's certificates. */
    COPY_PROGRAM: string;
    COPY_SOCKET: string;
    COPY_SERVICE: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
  };
  /** Does nothing if the running bridge has SETTINGS_HASH already. */
  "jvb/apply": {
    NAME: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
    /** The hash of the same settings in older versions. */
    FORMER_HASH: string;
    /** The output of restart-begin. Empty where it has not run. */
    TURN: string;
  };
}

/** A version of Jitsi, the output of web/version. */
export interface JitsiVersion {
  /** Version of the metapackage jitsi-meet. */
  readonly version: string;
  /** Version of the package jitsi-videobridge2 that belongs to it. */
  readonly bridge: string;
}

export type ScriptName = keyof ScriptValues;

/** The values of a script that are files of the program: the host has them, and no step brings them. */
export const fileValues = {
  "host/ready": ["INSTALLER", "SSHD_CONF"],
  "host/harden": [
    "SYSCTL_CONF",
    "MODPROBE_CONF",
    "CORE_LIMITS",
    "COREDUMP_CONF",
    "PROFILE",
    "ISSUE",
  ],
  "host/system": [
    "APT_CONF",
    "NEEDRESTART_CONF",
    "RESTART_CONF",
    "START_LIMIT_CONF",
    "LIMITS_CONF",
    "NGINX_LIMITS",
    "WATCH",
    "WATCH_SERVICE",
    "WATCH_TIMER",
  ],
  "web/configure": ["LOGIN_MODULE", "BRIDGES_MODULE"],
  "web/jicofo": ["JICOFO_SERVICE"],
  "jvb/files": ["COPY_PROGRAM", "COPY_SOCKET", "COPY_SERVICE"],
} as const satisfies Partial<Record<ScriptName, readonly HostFileName[]>>;

type FileValues<N extends ScriptName> = N extends keyof typeof fileValues
  ? (typeof fileValues)[N][number]
  : never;

/** The values of a script that a step brings. */
export type StepValues<N extends ScriptName> = Omit<ScriptValues[N], FileValues<N>>;

/** The names of the values of a script that are files of the program. */
export const fileValuesOf = (name: ScriptName): readonly HostFileName[] =>
  (fileValues as Partial<Record<ScriptName, readonly HostFileName[]>>)[name] ?? [];

/** All values of a script: those that a step brings, and the files. */
export function scriptValues<N extends ScriptName>(
  name: N,
  values: StepValues<N>,
): ScriptValues[N] {
  const files = Object.fromEntries(fileValuesOf(name).map((key) => [key, hostFile(key)]));
  return { ...files, ...values } as unknown as ScriptValues[N];
}

/** The files of functions that each script needs besides `lib.sh`. They stand between `lib.sh` and the script. */
export const libraries: Readonly<Record<ScriptName, readonly string[]>> = {
  "host/hostKey": [],
  "host/ready": ["privateNetwork"],
  "host/authorizedKeys": [],
  "host/harden": ["host/kernel"],
  "host/system": ["host/limits"],
  "web/version": [],
  "web/configure": [
    "privateNetwork",
    "trust",
    "web/prosody",
    "web/turnServers",
    "web/guests",
    "web/modules",
  ],
  "web/account": ["web/prosody"],
  "web/certificate": [],
  "web/jicofo": ["trust"],
  "jvb/files": ["bridge", "trust", "privateNetwork", "jvb/join", "jvb/copy"],
  "jvb/apply": ["bridge", "trust", "privateNetwork", "jvb/join"],
  "web/localBridge": ["apt"],
};

export const scriptNames = Object.keys(libraries) as readonly ScriptName[];

/**
 * The whole text that bash on a host reads from stdin: the values as shell-quoted assignments, the libraries, and the
 * script. The values are not exported, so no child process sees them. The last line calls `main "$@"`, so a connection
 * that breaks in the middle runs nothing.
 *
 * Run it as `bash -s -- <arguments>`.
 */
export function remoteScript<N extends ScriptName>(name: N, values: ScriptValues[N]): string {
  const assignments = Object.entries<string>({ STEP: name, ...values }).map(
    ([key, value]) => `${key}=${shQuote(value)}`,
  );
  return [...assignments, ...scriptFiles(name).map(readScript)].join("\n");
}

/**
 * What a host's bash reads from stdin to install the program: no library, because the state holds this text for each
 * host.
 *
 * @param program digest of the program, and the SHA-256 of its archive
 */
export function installScript(program: {
  readonly digest: string;
  readonly sha256: string;
}): string {
  const assignments = [`DIGEST=${shQuote(program.digest)}`, `SHA256=${shQuote(program.sha256)}`];
  return [...assignments, readScript("host/program.sh")].join("\n");
}

/** The files that a script is made of, in their order: `lib.sh`, its libraries, itself. Below this folder. */
export function scriptFiles(name: ScriptName): readonly string[] {
  return ["lib", ...libraries[name], name].map((file) => `${file}.sh`);
}

function readScript(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
