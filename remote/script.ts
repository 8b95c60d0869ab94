import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shQuote } from "./quote";

/**
 * What each remote script needs, by its name (`remote/<name>.sh`). Every value is text; values may have
 * several lines. They reach the host over the command's stdin, so they may be secret.
 */
export interface ScriptValues {
  /** Makes an ed25519 host key where there is none; prints its public half on stdout. */
  "host/hostKey": Record<string, never>;
  /** Removes the bootstrap host key for good, then waits (600 s at most) for cloud-init. */
  "host/ready": {
    /** Texts of the installer's settings (`hostConf()`) and of the installer (`installer()`). */
    HOST_CONF: string;
    INSTALLER: string;
    /** The host's own address in the private network. */
    PRIVATE_IP: string;
    /** The private network's gateway. */
    PRIVATE_GATEWAY: string;
    /** Text of sshd's settings from the second contact on. */
    SSHD_CONF: string;
  };
  /** Closes what a fresh host leaves open; restarts nothing. All but the first are texts of files: `hardenValues()`. */
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
    /** Public keys, one a line; empty takes all of them away. The deployment key is never touched. */
    KEYS: string;
  };
  /** What a host is set up with beside Jitsi; restarts nothing. All but the first are texts of files: `systemValues()`. */
  "host/system": {
    /** Name of a zone: Europe/Berlin. */
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
  /** Prints the web host's version of Jitsi on stdout: a `JitsiVersion` as JSON. */
  "web/version": {
    /** Version of the metapackage jitsi-meet; empty for what is there. */
    JITSI_VERSION: string;
  };
  /** jicofo as a service that comes back; restarts it where unit, heap or certificate changed; waits until it is logged in. */
  "web/jicofo": {
    DOMAIN: string;
    /** PEM, as web/configure printed it: the step runs when it changes. */
    XMPP_CERTIFICATE: string;
    /** Version of the metapackage jitsi-meet, as web/version printed it: the step runs when it changes. */
    JITSI_VERSION: string;
    /** Largest heap in MB, as decimal text. */
    HEAP_MB: string;
    /** Text of its unit. */
    JICOFO_SERVICE: string;
  };
  /** Prints the certificate of auth.DOMAIN (PEM) on stdout and nothing else. */
  "web/configure": {
    DOMAIN: string;
    /** The web host's address in the private network, where bridges reach prosody. */
    WEB_PRIVATE_IP: string;
    /** Text of mod_no_http_login.lua, prosody's module that refuses logins from browsers. */
    LOGIN_MODULE: string;
    /** Text of mod_dead_bridges.lua, prosody's module by which a dead bridge leaves jicofo's room at once. */
    BRIDGES_MODULE: string;
  };
  /** Arguments: `set` or `remove`. */
  "web/account": {
    DOMAIN: string;
    /** Of the account in auth.DOMAIN: jvb, jvb-2. */
    USERNAME: string;
    /** Its password. Alphanumeric: it goes through a Java properties file. */
    JVB_SECRET: string;
  };
  "web/certificate": { DOMAIN: string };
  "web/policy": {
    /** A `Policy` as JSON. */
    POLICY: string;
  };
  /** Arguments: `install` or `remove`; the package of a bridge on the web host. */
  "web/localBridge": {
    DOMAIN: string;
    /** MUC_NICKNAME of the bridge: jvb-local-<id of the web host's server>. */
    NICKNAME: string;
  };
  /** PROPERTIES, JVB_CONF, HEAP_MB, START_* and SETTINGS_HASH come from `bridgeSettings()`. */
  "jvb/files": {
    /** The bridge's name for people, in messages: jvb-0. */
    NAME: string;
    AUTH_DOMAIN: string;
    WEB_PRIVATE_IP: string;
    /** PEM, as web/configure printed it. */
    XMPP_CERTIFICATE: string;
    PROPERTIES: string;
    JVB_CONF: string;
    /** Largest heap in MB, as decimal text. */
    HEAP_MB: string;
    START_SOCKET: string;
    START_SERVICE: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
  };
  /** Prints the turn: a text that differs each time that the next two have something to do. */
  "web/out": BridgeInTurn;
  /** Does nothing where the running bridge has SETTINGS_HASH already. */
  "jvb/apply": {
    NAME: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
    /** As of the program before, for the same settings. */
    FORMER_HASH: string;
    /** As web/out printed it. */
    TURN: string;
  };
  /** Arguments: `create` or `update`. */
  "web/in": BridgeInTurn & {
    /** As web/out printed it. */
    TURN: string;
  };
  /** Arguments: `enter` or `drain`. */
  "web/drain": {
    NAME: string;
    /** MUC_NICKNAME of the bridge: jvb-<server id>. */
    NICKNAME: string;
    /** The bridge's private address. */
    REST_ADDRESS: string;
    /** "true": the bridge is emptied when it enters, and stays so. Else "false". */
    DRAINING: string;
  };
  /** Prints what jicofo sees and what is installed, as JSON; changes nothing. */
  "web/status": {
    /** Where bridges can be asked themselves, as JSON: `{nickname, restAddress}[]`. */
    BRIDGES: string;
  };
  "web/accept": {
    DOMAIN: string;
    /** The declared bridges as JSON: `DeclaredBridge[]`. */
    BRIDGES: string;
  };
}

/** A version of Jitsi, as web/version prints it. */
export interface JitsiVersion {
  /** Of the metapackage jitsi-meet. */
  readonly version: string;
  /** Of the package jitsi-videobridge2 in it. */
  readonly bridge: string;
}

/** A bridge that restarts to take new settings. */
interface BridgeInTurn {
  NAME: string;
  /** MUC_NICKNAME of the bridge: jvb-<server id>. */
  NICKNAME: string;
  /** The bridge's private address. */
  REST_ADDRESS: string;
  SETTINGS_HASH: string;
  /** As of the program before, for the same settings. */
  FORMER_HASH: string;
}

export type ScriptName = keyof ScriptValues;

/** A bridge that `up` answers for. */
export interface DeclaredBridge {
  /** For people: jvb-0. */
  readonly name: string;
  /** Its MUC_NICKNAME and relay id: jvb-<server id>. */
  readonly nickname: string;
  /** Whether it stays, but takes nobody. */
  readonly draining: boolean;
}

/** What the delete scripts must know about the *new* state; written to /etc/jitsi-hetzner/policy.json. */
export interface Policy {
  readonly bridges: readonly DeclaredBridge[];
  /** Seconds a leaving bridge may keep its conferences, 0 to 86400; at 0 they are cut off at once. */
  readonly drainTimeoutSeconds: number;
  /** Whether a bridge goes at the end of that time though people are on it. */
  readonly forceDrain: boolean;
}

/** The files of functions that each script needs besides `lib.sh`. They stand between `lib.sh` and the script. */
export const libraries: Partial<Record<ScriptName, readonly string[]>> = {
  "host/ready": ["privateNetwork"],
  "host/harden": ["host/kernel"],
  "host/system": ["host/limits"],
  "web/configure": ["privateNetwork", "trust", "web/prosody", "web/guests", "web/modules"],
  "web/account": ["web/prosody"],
  "web/jicofo": ["trust", "web/focus"],
  "jvb/files": ["bridge", "trust", "privateNetwork", "jvb/join"],
  "jvb/apply": ["bridge", "trust", "privateNetwork", "jvb/join"],
  "web/out": ["bridge", "web/focus", "web/waits", "web/bridges", "web/empty", "web/turn"],
  "web/in": ["bridge", "web/focus", "web/waits", "web/bridges", "web/empty", "web/turn"],
  "web/status": ["bridge", "web/health", "web/focus"],
  "web/policy": ["bridge", "web/focus", "web/waits", "web/bridges"],
  "web/drain": ["bridge", "web/focus", "web/waits", "web/bridges", "web/empty"],
  "web/accept": ["bridge", "web/focus", "web/waits", "web/bridges"],
  "web/localBridge": ["apt", "bridge", "web/focus", "web/waits", "web/bridges"],
};

/**
 * The whole text that a host's bash reads from stdin: the values as shell-quoted assignments (not exported:
 * no child process sees them), the libraries, then the script, whose last line calls `main "$@"`. A
 * connection cut in the middle therefore runs nothing.
 *
 * Run it as `bash -s -- <arguments>`.
 */
export function remoteScript<N extends ScriptName>(name: N, values: ScriptValues[N]): string {
  const assignments = Object.entries<string>({ STEP: name, ...values }).map(
    ([key, value]) => `${key}=${shQuote(value)}`,
  );
  const files = ["lib", ...(libraries[name] ?? []), name];
  return [...assignments, ...files.map(readScript)].join("\n");
}

function readScript(name: string): string {
  return readFileSync(join(__dirname, `${name}.sh`), "utf8");
}
