import type { Role } from "../../lib/constants";
import type {
  CertificateFacts,
  Health,
  RecorderFacts,
  TurnFacts,
} from "../../remote/program/contract";

/** A cluster compared with its settings: the output of `npm run status -- --json`, described in docs/status.md. */
export interface Status {
  readonly stack: string;
  readonly domain: string;
  /** different: something is not as declared. unknown: no difference is known, but not every source answered. */
  readonly verdict: "equal" | "different" | "unknown";
  /** What is not as declared, each with what to do about it. */
  readonly differences: readonly string[];
  /** Which sources did not answer, and why. */
  readonly unknown: readonly string[];
  /** What is as declared, but useful to know. */
  readonly notes: readonly string[];
  readonly hosts: readonly HostStatus[];
  readonly bridges: readonly BridgeStatus[];
  /** Those of the settings, and others that the web host knows. */
  readonly recorders: readonly RecorderStatus[];
  /** Those of the stack, then others that are in force on its servers; empty if Hetzner's API did not answer. */
  readonly firewalls: readonly FirewallStatus[];
  /** Numbers of bridges; null if jicofo did not answer. */
  readonly counts: {
    readonly declared: number;
    readonly joined: number | null;
    readonly operational: number | null;
    readonly draining: number | null;
  };
  /** Installed packages on the web host; null if it did not answer. */
  readonly versions: Readonly<Record<string, string>> | null;
  /** On the web host: that for browsers, and prosody's for the bridges; null if it did not answer. */
  readonly certificates: readonly CertificateFacts[] | null;
  /** The web host's services; null if it did not answer. */
  readonly health: Health | null;
  /** The TURN server; null if the web host did not answer, or knows of none. */
  readonly turn: TurnFacts | null;
}

export interface HostStatus {
  /** web, jvb-0, jibri-0; null for a server that carries the stack's labels and is not in its state. */
  readonly name: string | null;
  readonly declared: boolean;
  /** Of the server, at Hetzner; null for a host that has none. */
  readonly id: string | null;
  // From Hetzner's API; null if there is no such server, or the API did not answer.
  readonly server: string | null;
  readonly serverType: string | null;
  readonly location: string | null;
  readonly status: string | null;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly privateIp: string | null;
}

/** What the web host knows of a recorder. Only `name` and `expected` are certain if it did not answer. */
export interface RecorderStatus extends RecorderFacts {
  readonly expected: "in service" | "out of service" | "gone";
}

export interface FirewallStatus {
  /** At Hetzner. */
  readonly id: string;
  readonly name: string;
  /** web, jvb, jibri; null for a firewall of another owner. */
  readonly role: Role | null;
  /** The hosts that it filters: web, jvb-0. */
  readonly hosts: readonly string[];
  /** In force: `in tcp 22 from 0.0.0.0/0, ::/0`. */
  readonly rules: readonly string[];
  /** Declared, but not in force. */
  readonly missing: readonly string[];
  /** In force, but not declared. */
  readonly added: readonly string[];
}

export interface BridgeStatus {
  /** jvb-0, local; null for a bridge that is not this stack's. */
  readonly name: string | null;
  /** In the brewery; null for a bridge that was never created. */
  readonly nickname: string | null;
  readonly expected: "in service" | "draining" | "gone";
  // From jicofo; null if it did not answer, or does not list the bridge.
  readonly joined: boolean | null;
  readonly operational: boolean | null;
  readonly draining: boolean | null;
  readonly stress: number | null;
  readonly participants: number | null;
  readonly version: string | null;
  /** From the bridge itself; null if it does not answer. */
  readonly conferences: number | null;
}
