import type { Role } from "../../lib/constants";
import type { WebHealth } from "./webFacts";

/** A cluster as it is, beside what is declared. What `npm run status -- --json` prints: docs/status.md holds its shape. */
export interface Status {
  readonly stack: string;
  readonly domain: string;
  /** different: something is not as declared. unknown: nothing is known to differ, but not all could be asked. */
  readonly verdict: "equal" | "different" | "unknown";
  /** What is not as declared, each with what to do about it. */
  readonly differences: readonly string[];
  /** What could not be asked, and why. */
  readonly unknown: readonly string[];
  /** What is as declared, and yet worth knowing. */
  readonly notes: readonly string[];
  readonly hosts: readonly HostStatus[];
  readonly bridges: readonly BridgeStatus[];
  /** Those of the stack, then others that are in force on its servers; none where Hetzner's API could not be asked. */
  readonly firewalls: readonly FirewallStatus[];
  /** Bridges; null where jicofo could not be asked. */
  readonly counts: {
    readonly declared: number;
    readonly joined: number | null;
    readonly operational: number | null;
    readonly draining: number | null;
  };
  /** Installed packages on the web host; null where it could not be asked. */
  readonly versions: Readonly<Record<string, string>> | null;
  /** The web host's services; null where it could not be asked. */
  readonly health: WebHealth | null;
}

export interface HostStatus {
  /** web, jvb-0; null for a server that carries the stack's labels and is not in its state. */
  readonly name: string | null;
  readonly declared: boolean;
  /** Of the server, at Hetzner; null for a host that has none. */
  readonly id: string | null;
  // As Hetzner's API says; null where it has no such server, or could not be asked.
  readonly server: string | null;
  readonly serverType: string | null;
  readonly location: string | null;
  readonly status: string | null;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly privateIp: string | null;
}

export interface FirewallStatus {
  /** At Hetzner. */
  readonly id: string;
  readonly name: string;
  /** web, jvb; null for one that is not this stack's. */
  readonly role: Role | null;
  /** The hosts that it filters: web, jvb-0. */
  readonly hosts: readonly string[];
  /** In force: `in tcp 22 from 0.0.0.0/0, ::/0`. */
  readonly rules: readonly string[];
  /** Declared and not in force. */
  readonly missing: readonly string[];
  /** In force and not declared. */
  readonly added: readonly string[];
}

export interface BridgeStatus {
  /** jvb-0, local; null for one that the stack does not know. */
  readonly name: string | null;
  /** In the brewery; null for a bridge that was never made. */
  readonly nickname: string | null;
  readonly expected: "in service" | "draining" | "gone";
  // As jicofo says; null where it could not be asked, and of a bridge that is not in its list.
  readonly joined: boolean | null;
  readonly operational: boolean | null;
  readonly draining: boolean | null;
  readonly stress: number | null;
  readonly participants: number | null;
  readonly version: string | null;
  /** As the bridge itself says; null where it does not answer. */
  readonly conferences: number | null;
}
