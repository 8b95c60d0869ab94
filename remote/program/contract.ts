// Made from the dataclasses of remote/program/jitsi_hetzner: python3 remote/program/contract.py; change them there.

/** Of the JSON. */
export const contractVersion = 1;

/** A bridge that `pulumi up` answers for. */
export interface DeclaredBridge {
  /** For people: jvb-0. */
  readonly name: string;
  /** Its MUC_NICKNAME and relay id: jvb-<server id>. */
  readonly nickname: string;
  /** Whether it stays, but takes no participants (drainingBridges). */
  readonly draining: boolean;
}

/** A recorder that `pulumi up` answers for. */
export interface DeclaredRecorder {
  /** For people: jibri-0. */
  readonly name: string;
  /** Its nickname in jicofo's room: jibri-<server id>. */
  readonly nickname: string;
  /** Of its control port, in the private network. */
  readonly address: string;
  /** Whether it stays, but records nothing (drainingRecorders). */
  readonly draining: boolean;
}

/** What must be there. Bridges that leave may be there too. */
export interface AcceptInput {
  readonly domain: string;
  readonly bridges: readonly DeclaredBridge[];
  readonly recorders: readonly DeclaredRecorder[];
}

/** A name of the web host, and its addresses. */
export interface WantedName {
  readonly name: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** From the stack's configuration. Secret. */
export interface OwnCertificate {
  /** PEM, not encrypted. */
  readonly key: string;
  /** PEM: the certificate, then its issuers. */
  readonly chain: string;
}

/** A bridge that can keep a copy of the certificates. */
export interface CopyPlace {
  readonly nickname: string;
  /** In the private network. */
  readonly address: string;
}

/** What is served, and where it comes from. */
export interface CertificateInput {
  /** The first of the names. The certificate's files have this name. */
  readonly domain: string;
  /** The domain, then all others that the certificate is for. */
  readonly names: readonly WantedName[];
  readonly tls: string;
  /** Of the ACME server. */
  readonly directory: string;
  /** Of CAA records, where the ACME server does not say its own. */
  readonly caaIssuer: string | null;
  readonly email: string | null;
  /** Certificates by which the ACME server is known. PEM. */
  readonly authority: string | null;
  readonly profile: string | null;
  /** The DNS server that is asked beside the zone's own. Null for that of the host. */
  readonly resolver: string | null;
  /** Whether the step fails without a certificate that browsers trust. */
  readonly required: boolean;
  readonly own: OwnCertificate | null;
  /** Encrypts the copies on the bridges. Secret. */
  readonly copyKey: string;
  readonly copies: readonly CopyPlace[];
}

/** Which bridge a verb is about. */
export interface BridgeInput {
  /** For people: jvb-0. */
  readonly name: string;
  /** MUC_NICKNAME of the bridge: jvb-<server id>. */
  readonly nickname: string;
  /** The bridge's private address. */
  readonly address: string;
}

/** A bridge that enters or leaves the cluster. */
export interface ServiceInput {
  readonly bridge: BridgeInput;
  /** For serve: whether the bridge is emptied and stays so. A drain does not look at it. */
  readonly draining: boolean;
}

/** Which one. */
export interface ForgetInput {
  readonly nickname: string;
}

/** What is waited for. */
export interface NamesInput {
  readonly names: readonly WantedName[];
  /** The DNS server that is asked beside the zone's own. Null for that of the host. */
  readonly resolver: string | null;
  /** 0: looks once. */
  readonly timeoutSeconds: number;
}

/** Where participants reach a bridge. */
export interface BridgeMedia {
  readonly nickname: string;
  /** Public ones, IPv4 and IPv6. */
  readonly addresses: readonly string[];
}

/** The policy of all drains. */
export interface PolicyInput {
  readonly bridges: readonly DeclaredBridge[];
  /** Of the same bridges: where the TURN server relays to. */
  readonly media: readonly BridgeMedia[];
  readonly recorders: readonly DeclaredRecorder[];
  /** How long a leaving bridge may keep its conferences; at 0 they are cut off at once. */
  readonly drainTimeoutSeconds: number;
  /** How long a leaving recorder may need for its recording and its files. */
  readonly recordingDrainTimeoutSeconds: number;
  /** Whether a bridge goes at the end of that time though participants are on it. */
  readonly forceDrain: boolean;
}

/** Which recorder a verb is about. */
export interface RecorderInput {
  /** For people: jibri-0. */
  readonly name: string;
  /** Its nickname in jicofo's room: jibri-<server id>. */
  readonly nickname: string;
  /** Of its control port, in the private network. */
  readonly address: string;
}

/** A recorder that leaves the cluster. */
export interface RecorderDrainInput {
  readonly recorder: RecorderInput;
}

/** A recorder that enters the cluster. */
export interface RecorderServiceInput {
  readonly recorder: RecorderInput;
  /** Whether it is taken out of service instead, and stays. */
  readonly draining: boolean;
}

/** A bridge, and the settings that it is to run with. */
export interface BridgeWithSettings {
  /** For people: jvb-0. */
  readonly name: string;
  /** MUC_NICKNAME of the bridge: jvb-<server id>. */
  readonly nickname: string;
  /** The bridge's private address. */
  readonly address: string;
  /** Of the settings that take effect only by a restart. */
  readonly settingsHash: string;
  /** As of the program before, for the same settings. */
  readonly formerHash: string;
}

/** All declared bridges, in the order of their restarts. */
export interface RestartInput {
  readonly bridges: readonly BridgeWithSettings[];
  /** Of the package jitsi-videobridge2, on all bridges. */
  readonly bridgeVersion: string;
}

/** Where a bridge's REST API is. */
export interface BridgeAddress {
  readonly nickname: string;
  readonly address: string;
}

/** The bridges that are asked for what they alone know. */
export interface StatusInput {
  readonly bridges: readonly BridgeAddress[];
}

/** The TURN server of a cluster: the way for participants whose network lets only TCP 443 out. */
export interface TurnServerInput {
  /** The meeting domain. The TURN server is turn.DOMAIN. */
  readonly domain: string;
  /** The setting `turn`. There is a TURN server only with a certificate that browsers trust, too. */
  readonly wanted: boolean;
  /** Makes and checks the short-lived passwords of participants. Letters and digits. Secret. */
  readonly secret: string;
  /** Public addresses of this host. */
  readonly ipv4: string;
  readonly ipv6: string;
}

/** What the program tells in the same `up`. */
export interface CertificateResult {
  /** Seconds since 1970 when this was found. */
  readonly at: number;
  /** Each with what to do about it. */
  readonly warnings: readonly string[];
}

/** A bridge in jicofo's list. */
export interface SeenBridge {
  /** In the brewery: ROOM/NICKNAME. */
  readonly jid: string;
  readonly nickname: string;
  readonly operational: boolean;
  /** What the bridge says of itself; jicofo's own check of it decides on operational. */
  readonly healthy: boolean;
  readonly draining: boolean;
  /** A shutdown has begun, graceful or not. */
  readonly ending: boolean;
  readonly stress: number;
  /** jicofo's own count; null where it does not say. */
  readonly participants: number | null;
  readonly version: string;
}

/** What jicofo tells. */
export interface JicofoFacts {
  readonly version: string;
  readonly bridges: readonly SeenBridge[];
}

/** A certificate on this host. */
export interface CertificateFacts {
  /** Of its file: meet.example.org, auth.meet.example.org. */
  readonly name: string;
  readonly issuer: string;
  /** 2027-02-07 22:13 UTC */
  readonly ends: string;
  /** Negative once it has expired. */
  readonly daysLeft: number;
}

/** A recorder of the registry, or one in jicofo's room that is in no registry. */
export interface RecorderFacts {
  /** null for one that is not of this cluster. */
  readonly name: string | null;
  readonly nickname: string;
  /** What it was last told: serving, drained, leaving. Empty for one that is not of this cluster. */
  readonly goal: string;
  /** Whether jicofo lists it; null where jicofo does not answer. */
  readonly listed: boolean | null;
  /** Its own word: idle, busy, expired or unknown. */
  readonly busy: string;
  /** null where its host does not answer. */
  readonly version: string | null;
  readonly diskFreeBytes: number | null;
  /** Whether it is out of service for want of disk. It comes back by itself. */
  readonly diskLow: boolean;
  /** Recordings that are not at their target yet; null where its host does not answer. */
  readonly uploadsWaiting: number | null;
  /** Of the last upload that failed. Empty where the last one succeeded. */
  readonly lastError: string;
  /** Recordings that the host keeps, because it is itself their target. */
  readonly localFiles: number;
  /** What keeps it from its work. Empty where nothing does. */
  readonly problem: string;
  /** Of the timer of its host's watch: stopped, disabled (it runs until the next boot), or empty. */
  readonly watchFault: string;
}

/** An upgrade that is never installed unasked. */
export interface Upgrade {
  readonly package: string;
  readonly installed: string;
  readonly candidate: string;
}

/** The web host's services. */
export interface Health {
  /** Units that systemd has given up. */
  readonly failed: readonly string[];
  /** By apt's lists of today. */
  readonly waiting: readonly Upgrade[];
  /** Units that run with a library or a program that an upgrade has replaced. */
  readonly outdated: readonly string[];
  /** What the watch has done last, the newest at the end: `TIME UNIT WHAT`. */
  readonly watch: readonly string[];
}

/** The TURN server of the web host. */
export interface TurnFacts {
  /** The setting `turn`, as of the last `pulumi up`. */
  readonly wanted: boolean;
  /** Seconds since 1970 since when prosody offers it to browsers; null where it does not. */
  readonly offeredSince: number | null;
  /** How many relays participants have now. */
  readonly relays: number;
  /** Why there is none though it is wanted: what is missing for a certificate that browsers trust. Empty otherwise. */
  readonly waitsFor: string;
  /** What does not work. Empty where nothing is wrong. */
  readonly problem: string;
}

/** What the web host tells. */
export interface WebFacts {
  /** null where jicofo does not answer. */
  readonly jicofo: JicofoFacts | null;
  /** What keeps jicofo from its work though it may answer. Empty where it works. */
  readonly jicofoProblem: string;
  /** Names and ends of XMPP certificates that have expired, which is no outage. */
  readonly expiredCertificates: readonly string[];
  readonly certificates: readonly CertificateFacts[];
  /** What keeps the certificate for browsers from being as declared, each with what to do about it. */
  readonly certificateProblems: readonly string[];
  /** Installed packages and their versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Conferences by nickname, as each bridge itself says; null for one that does not answer. */
  readonly conferences: Readonly<Record<string, number | null>>;
  /** Those that the web host knows, and others in jicofo's room. */
  readonly recorders: readonly RecorderFacts[];
  readonly health: Health;
  /** Of the timer of the watch on the web host: stopped, disabled (it runs until the next boot), or empty. */
  readonly watchFault: string;
  /** The same by nickname, of the hosts of bridges that have such a fault. */
  readonly watchFaults: Readonly<Record<string, string>>;
  /** null where the last `pulumi up` knew of none. */
  readonly turn: TurnFacts | null;
}

/** What each verb takes on stdin, beside `version`. */
export interface VerbStdin {
  accept: AcceptInput;
  certificate: CertificateInput;
  drain: ServiceInput;
  forget: ForgetInput;
  names: NamesInput;
  policy: PolicyInput;
  "recorder-drain": RecorderDrainInput;
  "recorder-serve": RecorderServiceInput;
  restart: RestartInput;
  serve: ServiceInput;
  status: StatusInput;
  "turn-server": TurnServerInput;
}

/** What each verb prints, beside `version`. */
export interface VerbStdout {
  certificate: CertificateResult;
  status: WebFacts;
}
