import { createHash } from "node:crypto";
import type { BridgeProgramSettings } from "../lib/config/keys/programs";
import { ports } from "../lib/constants";
import { formerSettingsHash } from "./formerSettings";
import { render } from "./render";

/** The operator's settings for the program. The maximum heap in MB is known here. */
export type KnownProgramSettings = BridgeProgramSettings & { readonly bridgeHeapMb: number };

export interface BridgeSettingsArgs {
  /** MUC_NICKNAME and relay id, unique in the cluster: jvb-<server id>. */
  readonly nickname: string;
  /** The meeting domain: meet.example.org. */
  readonly domain: string;
  /** Account in auth.<domain>: jvb. */
  readonly username: string;
  /** Its password. */
  readonly jvbSecret: string;
  /** The private address of the web host, where the bridge reaches prosody. */
  readonly webPrivateIp: string;
  /** The address on which its REST API and its start socket listen. Default: all, because the web host connects from outside. */
  readonly restHost?: string;
  /** Relay region. Bridges of one location share it. Default "default". */
  readonly region?: string;
  /** PEM of auth.<domain>. Only a part of the hash, because Java reads its trust store at the start only. */
  readonly xmppCertificate: string;
  readonly settings: KnownProgramSettings;
  /** Version of the package jitsi-videobridge2. */
  readonly version: string;
}

export interface BridgeSettings {
  readonly PROPERTIES: string;
  readonly JVB_CONF: string;
  readonly HEAP_MB: string;
  /** The systemd unit by which the web host starts and restarts the program of the bridge. */
  readonly START_SOCKET: string;
  /**
   * SHA-256 (hex) of everything that needs a restart of the bridge to take effect: what its program reads, without
   * comments.
   */
  readonly SETTINGS_HASH: string;
  /** The hash of the same settings in older versions. */
  readonly FORMER_HASH: string;
}

/** What a program reads of a settings file: the lines without comments (whole lines only) and blank lines. */
export function withoutComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n");
}

/** The files of a bridge, as values for `jvb/files`. Pure. */
export function bridgeSettings(args: BridgeSettingsArgs): BridgeSettings {
  const { restHost = "0.0.0.0", region = "default" } = args;
  const PROPERTIES = render("jvb/etc/jitsi/videobridge/sip-communicator.properties", {
    authDomain: `auth.${args.domain}`,
    breweryJid: `jvbbrewery@internal.auth.${args.domain}`,
    nickname: args.nickname,
    username: args.username,
    jvbSecret: args.jvbSecret,
    webPrivateIp: args.webPrivateIp,
  });
  const JVB_CONF = render("jvb/etc/jitsi/videobridge/jvb.conf", {
    nickname: args.nickname,
    region,
    restHost,
    restPort: ports.jvbRest,
    mediaPort: ports.jvbMedia,
  });
  const HEAP_MB = args.settings.bridgeHeapMb.toString();
  const START_SOCKET = render("jvb/etc/systemd/system/jitsi-hetzner-start.socket", {
    startHost: restHost,
    startPort: ports.jvbStart,
  });
  const hash = createHash("sha256");
  const texts = [PROPERTIES, JVB_CONF].map(withoutComments);
  for (const part of [...texts, args.xmppCertificate, HEAP_MB, args.version]) {
    hash.update(part).update("\0");
  }
  return {
    PROPERTIES,
    JVB_CONF,
    HEAP_MB,
    START_SOCKET,
    SETTINGS_HASH: hash.digest("hex"),
    FORMER_HASH: formerSettingsHash({ ...args, restHost, region }),
  };
}
