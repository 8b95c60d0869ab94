/** The stack configuration's keys, as Pulumi.yaml declares them. */
export const configKeys = [
  "domain",
  "jvbCount",
  "removedBridges",
  "drainingBridges",
  "rollBridges",
  "localBridge",
  "drainTimeout",
  "forceDrain",
  "jvbSecretVersion",
  "webServerType",
  "jvbServerType",
  "bridgeHeapMb",
  "jicofoHeapMb",
  "location",
  "image",
  "timezone",
  "jitsiVersion",
  "jitsiAptRepository",
  "jitsiAptKeyFingerprint",
  "sshAuthorizedKeys",
  "dnsZone",
  "adminCidrs",
  "labels",
  "protect",
  "sshProxy",
  "sshProxyHostKey",
  "sshProxyPrivateKey",
] as const;

export type ConfigKey = (typeof configKeys)[number];

/** The values as Pulumi hands them over: text, lists as JSON; absent or empty where not set. */
export type RawConfig = Readonly<Partial<Record<ConfigKey, string>>>;

/** The command that sets a key. */
export const set = (key: ConfigKey, value: string | number): string =>
  `pulumi config set ${key} ${value}`;

/** The command that takes a key away. */
export const unset = (key: ConfigKey): string => `pulumi config rm ${key}`;
