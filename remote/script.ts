import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostFile, type HostFileName } from "./hostFile";
import { shQuote } from "./quote";
import { scriptFiles } from "./scriptFiles";

/**
 * The values of each remote script, by its name (`remote/<name>.sh`). Every value is a text, and can have several lines.
 * The values go to the host over stdin, so they can be secret.
 */
export interface ScriptValues {
  /** Creates an ed25519 host key if there is none, and prints its public half to stdout. */
  "host/hostKey": Record<string, never>;
  /**
   * The second contact: removes the bootstrap host key for good, waits for cloud-init (at most 600 s), and sets the host up
   * besides Jitsi. Restarts no service.
   */
  "host/setup": {
    /** The texts of the settings of the installer (`hostConf()`) and of the installer (`installer()`). */
    HOST_CONF: string;
    INSTALLER: string;
    /** The address of the host in the private network. */
    PRIVATE_IP: string;
    /** The gateway of the private network. */
    PRIVATE_GATEWAY: string;
    /** Public keys, one in each line. Empty removes all of them. The deployment key always stays. */
    KEYS: string;
    /** Name of a time zone: Europe/Berlin. */
    TIMEZONE: string;
    /** nftables rules, as `hostFilter()` makes them. */
    NFT_RULES: string;
    /** The text of the settings of sshd from the second contact on. */
    SSHD_CONF: string;
    /** All others are texts of files too. */
    APT_CONF: string;
    NEEDRESTART_CONF: string;
    RESTART_CONF: string;
    START_LIMIT_CONF: string;
    LIMITS_CONF: string;
    MEMORY_CONF: string;
    NGINX_LIMITS: string;
    WATCH: string;
    WATCH_SERVICE: string;
    WATCH_TIMER: string;
    SYSCTL_CONF: string;
    MODPROBE_CONF: string;
    CORE_LIMITS: string;
    COREDUMP_CONF: string;
    PROFILE: string;
    ISSUE: string;
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
    /** The text of the settings by which systemd removes files of prosody that are of no use any more. */
    TMPFILES_CONF: string;
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
  /** PROPERTIES, JVB_CONF, HEAP_MB, START_SOCKET and the hashes come from `bridgeSettings()`. */
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
    /** The texts of the unit that the socket starts, and of its program. */
    START_SERVICE: string;
    START_PROGRAM: string;
    /** The texts of the program and the units that keep a copy of the web host's certificates. */
    COPY_PROGRAM: string;
    COPY_SOCKET: string;
    COPY_SERVICE: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
    /** The hash of the same settings in older versions. */
    FORMER_HASH: string;
  };
  /**
   * Whether a machine can be taken into the cluster. Changes nothing, and tells all that it finds at once. Prints a
   * `NodeFacts` as JSON to stdout.
   */
  "node/check": {
    /** Of the machine, in the settings. */
    NAME: string;
    ROLE: string;
    /** Its public IPv4 address. */
    ADDRESS: string;
    DOMAIN: string;
    /** The public IPv4 address of the web host. */
    WEB_ADDRESS: string;
    /** Whether Jitsi packages that are there may be taken over: yes or no. */
    ADOPT: string;
    /** The private ports of the role, with spaces between them. */
    FORWARD_PORTS: string;
  };
  /** Records the machine as it is, installs the packages of its role, and loads its packet filter for a trial. */
  "node/setup": {
    NAME: string;
    DOMAIN: string;
    /** The settings of the installer, without a version (`nodeHostConf()`). */
    HOST_CONF: string;
    INSTALLER: string;
    /** Version of the metapackage jitsi-meet, from the output of web/version. */
    VERSION: string;
    /** nftables rules, as `nodeFilter()` makes them. */
    NFT_RULES: string;
    /** authorized_keys line of the web host's forward. */
    FORWARD_KEY: string;
    FORWARD_PORTS: string;
    NEEDRESTART_CONF: string;
    RESTART_CONF: string;
    MEMORY_CONF: string;
    FILTER_SERVICE: string;
  };
  /** Confirms the packet filter. It comes over a new connection, so it proves that SSH is open. */
  "node/filter": { NAME: string; NFT_RULES: string };
  /** Leaves the machine as it was found, and prints what differs. */
  "node/leave": Record<string, never>;
  /** Arguments: `open` or `close`. Port 5222 of the web host, for one machine. */
  "web/access": {
    NAME: string;
    NICKNAME: string;
    ADDRESS: string;
    ROLE: string;
    /** The port that is forwarded to a recorder, by which an older entry shows its role. */
    RECORDER_PORT: string;
  };
  /** The forward to one machine. */
  "web/forward": {
    NAME: string;
    /** In jicofo's list. */
    NICKNAME: string;
    /** The loopback address at which the web host reaches the machine. */
    LOCAL_ADDRESS: string;
    PORTS: string;
    ADDRESS: string;
    SSH_PORT: string;
    HOST_KEY: string;
    /** OpenSSH private key. */
    PRIVATE_KEY: string;
    FORWARD_SERVICE: string;
  };
  /** Ends the forward to one machine. */
  "web/forwardRemoval": { NAME: string; NICKNAME: string };
  /** Arguments: `publish` or `remove`. The public half of the deployment key, for owners of machines. */
  "web/deployKey": { PUBLIC_KEY: string };
  /**
   * Restarts the bridge. No step runs it: the host does, for the web host, with values that `jvb/files` has written.
   * Argument: `restart`, or none. Without it, a bridge that runs with SETTINGS_HASH already is left alone.
   */
  "jvb/apply": {
    NAME: string;
    /** Version of the package jitsi-videobridge2. */
    BRIDGE_VERSION: string;
    SETTINGS_HASH: string;
  };
  /** Arguments: `set` or `remove`. An account of the recorders in prosody. */
  "web/recorderAccount": {
    DOMAIN: string;
    /** Its host in prosody, before the domain: auth, recorder. */
    PLACE: string;
    /** The account: jibri, recorder, jibri-2, jibria. */
    USERNAME: string;
    /** Its password. Alphanumeric. */
    SECRET: string;
  };
  /**
   * Arguments: `on` or `off`. Recording and live streaming in the web app, and the way of recorders into meetings with a lobby
   * or a password. Restarts nothing.
   */
  "web/recording": { DOMAIN: string };
  /**
   * Gives a recorder its sound card (snd_aloop). Where the running kernel has none, it installs the standard kernel and ends
   * successfully a moment before a reboot. `jibri/files` verifies the result.
   */
  "jibri/kernel": {
    /** The name of the recorder in messages: jibri-0. */
    NAME: string;
    /** Texts of files: the module at each boot, its options, and the setting of GRUB for the standard kernel. */
    MODULES_CONF: string;
    ALOOP_CONF: string;
    GRUB_CONF: string;
  };
  /** Takes the recorder off a host that stays, after its drain. Recordings stay. */
  "jibri/remove": {
    /** The name of the recorder in messages: local-recorder. */
    NAME: string;
  };
  /** Verifies the sound card and the target of the recordings, and writes the settings of a recorder. */
  "jibri/files": {
    /** The name of the recorder in messages: jibri-0. */
    NAME: string;
    /** Its nickname in the brewery, unique in the cluster: jibri-<server id>. */
    NICKNAME: string;
    /** The meeting domain. */
    DOMAIN: string;
    /** Where the recorder reaches prosody. 127.0.0.1 on the web host itself. */
    WEB_PRIVATE_IP: string;
    /** PEM, the output of web/configure. */
    XMPP_CERTIFICATE: string;
    /** The account in auth.DOMAIN, which is in the brewery, and that in recorder.DOMAIN, which is in meetings. */
    CONTROL_USERNAME: string;
    CONTROL_PASSWORD: string;
    CALL_USERNAME: string;
    CALL_PASSWORD: string;
    /** The address on which the control port listens: 0.0.0.0, or 127.0.0.1 on the web host. */
    CONTROL_HOST: string;
    /** Version of the metapackage jitsi-meet on the web host. The host takes a newer jibri when it changes. */
    JITSI_VERSION: string;
    /** local, s3 or sftp. */
    RECORDINGS: string;
    /** Days that local recordings are kept, as decimal text. 0: for ever. */
    RETENTION_DAYS: string;
    /**
     * Where recordings go, as JSON. local: {}. s3: endpoint, bucket, path, accessKey, secretKey. sftp: host, port, user, path,
     * hostKey, and password or privateKey.
     */
    TARGET: string;
    /** All others are texts of files. */
    FINALIZE: string;
    CHROMIUM_POLICIES: string;
    RECORDER_PROGRAM: string;
    RECORDER_SOCKET: string;
    RECORDER_SERVICE: string;
    KEEP_SERVICE: string;
    KEEP_TIMER: string;
    UPLOAD_SERVICE: string;
    UPLOAD_TIMER: string;
    JIBRI_UNIT: string;
    DISPLAY_UNITS: string;
  };
}

/** What node/check prints. */
export interface NodeFacts {
  readonly memoryMb: number;
  readonly cores: number;
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
  "host/setup": [
    "INSTALLER",
    "SSHD_CONF",
    "APT_CONF",
    "NEEDRESTART_CONF",
    "RESTART_CONF",
    "START_LIMIT_CONF",
    "LIMITS_CONF",
    "MEMORY_CONF",
    "NGINX_LIMITS",
    "WATCH",
    "WATCH_SERVICE",
    "WATCH_TIMER",
    "SYSCTL_CONF",
    "MODPROBE_CONF",
    "CORE_LIMITS",
    "COREDUMP_CONF",
    "PROFILE",
    "ISSUE",
  ],
  "node/setup": ["INSTALLER", "NEEDRESTART_CONF", "RESTART_CONF", "MEMORY_CONF", "FILTER_SERVICE"],
  "web/forward": ["FORWARD_SERVICE"],
  "web/configure": ["LOGIN_MODULE", "BRIDGES_MODULE", "TMPFILES_CONF"],
  "web/jicofo": ["JICOFO_SERVICE"],
  "jvb/files": ["START_SERVICE", "START_PROGRAM", "COPY_PROGRAM", "COPY_SOCKET", "COPY_SERVICE"],
  "jibri/kernel": ["MODULES_CONF", "ALOOP_CONF", "GRUB_CONF"],
  "jibri/files": [
    "FINALIZE",
    "CHROMIUM_POLICIES",
    "RECORDER_PROGRAM",
    "RECORDER_SOCKET",
    "RECORDER_SERVICE",
    "KEEP_SERVICE",
    "KEEP_TIMER",
    "UPLOAD_SERVICE",
    "UPLOAD_TIMER",
    "JIBRI_UNIT",
    "DISPLAY_UNITS",
  ],
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

function readScript(file: string): string {
  return readFileSync(join(__dirname, file), "utf8");
}
