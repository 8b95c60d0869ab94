import { remoteScript } from "../../remote/script";
import { runOverSsh, type SshTarget } from "../sshRun";

/** A bridge in jicofo's list, as its /debug tells; only what is used here. */
export interface JicofoBridge {
  readonly operational: boolean;
  readonly healthy: boolean;
  readonly drain: boolean;
  readonly "graceful-shutdown": boolean;
  readonly "shutting-down": boolean;
  readonly stress: number;
  /** People whom it carries. */
  readonly endpoints: number;
  readonly version: string;
}

/** What the web host tells. */
export interface WebFacts {
  /** null where jicofo does not answer. */
  readonly jicofo: {
    readonly version: string;
    /** By the address in the brewery, whose last part is the nickname. */
    readonly bridges: Readonly<Record<string, JicofoBridge>>;
  } | null;
  /** What keeps jicofo from its work though it may answer: it is not logged in, or prosody is down. Empty where it works. */
  readonly jicofoProblem: string;
  /** Names and ends of XMPP certificates that have expired, which is no outage. */
  readonly expiredCertificates: readonly string[];
  /** Installed packages and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Conferences by nickname, as each bridge itself says; null for one that does not answer. */
  readonly conferences: Readonly<Record<string, number | null>>;
  readonly health: WebHealth;
}

/** The web host's services. */
export interface WebHealth {
  /** Units that systemd has given up. */
  readonly failed: readonly string[];
  /** Upgrades that are never installed unasked. */
  readonly waiting: readonly {
    readonly package: string;
    readonly installed: string;
    readonly candidate: string;
  }[];
  /** Units that run with a library or a program that an upgrade has replaced. */
  readonly outdated: readonly string[];
  /** What the watch has done last, the newest at the end: `TIME UNIT WHAT`. */
  readonly watch: readonly string[];
}

/** Where a bridge's REST API is. */
export interface BridgeAddress {
  readonly nickname: string;
  readonly restAddress: string;
}

/** Connection, and a script that takes 15 s where everything is silent. */
const timeoutMs = 60_000;

/** @throws OperatorError where the web host cannot be asked */
export async function readWebFacts(
  target: SshTarget,
  bridges: readonly BridgeAddress[],
): Promise<WebFacts> {
  const script = remoteScript("web/status", { BRIDGES: JSON.stringify(bridges) });
  return JSON.parse(await runOverSsh(target, script, timeoutMs)) as WebFacts;
}
