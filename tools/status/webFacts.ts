import { remoteScript } from "../../remote/script";
import { runOverSsh, type SshTarget } from "../sshRun";

/** A bridge in jicofo's list, from its /debug; only what is used here. */
export interface JicofoBridge {
  readonly operational: boolean;
  readonly healthy: boolean;
  readonly drain: boolean;
  readonly "graceful-shutdown": boolean;
  readonly "shutting-down": boolean;
  readonly stress: number;
  /** Participants on it. */
  readonly endpoints: number;
  readonly version: string;
}

/** What the web host reports. */
export interface WebFacts {
  /** null if jicofo does not answer. */
  readonly jicofo: {
    readonly version: string;
    /** By their addresses in the brewery. The last part of an address is the nickname. */
    readonly bridges: Readonly<Record<string, JicofoBridge>>;
  } | null;
  /** Why jicofo does not work although it answers: it is not logged in, or prosody is down. Empty if it works. */
  readonly jicofoProblem: string;
  /** Names and end dates of expired XMPP certificates. They cause no outage. */
  readonly expiredCertificates: readonly string[];
  /** Installed packages and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Conferences by nickname, from each bridge itself; null if it does not answer. */
  readonly conferences: Readonly<Record<string, number | null>>;
  readonly health: WebHealth;
}

/** The web host's services. */
export interface WebHealth {
  /** Units that systemd does not restart any more. */
  readonly failed: readonly string[];
  /** Upgrades that are never installed by themselves. */
  readonly waiting: readonly {
    readonly package: string;
    readonly installed: string;
    readonly candidate: string;
  }[];
  /** Units that run with files that an upgrade has replaced. */
  readonly outdated: readonly string[];
  /** The latest actions of the watchdog, the newest at the end: `TIME UNIT WHAT`. */
  readonly watch: readonly string[];
}

/** The address of a bridge's REST API. */
export interface BridgeAddress {
  readonly nickname: string;
  readonly restAddress: string;
}

/** For the connection, and for a script that takes 15 s if nothing answers. */
const timeoutMs = 60_000;

/** @throws OperatorError if the web host does not answer */
export async function readWebFacts(
  target: SshTarget,
  bridges: readonly BridgeAddress[],
): Promise<WebFacts> {
  const script = remoteScript("web/status", { BRIDGES: JSON.stringify(bridges) });
  return JSON.parse(await runOverSsh(target, script, timeoutMs)) as WebFacts;
}
