import { createHash } from "node:crypto";
import type { PublicRanges } from "../../hcloud-simulator/src/publicRanges";

/** How many sandboxes can run on one machine at the same time. */
export const slotCount = 32;

/**
 * What tells one sandbox from another on the same machine. Every link, namespace, folder and process
 * that a sandbox makes carries `name`; every address comes out of its slot, so two never collide.
 */
export interface SandboxIdentity {
  /** For people and for `ip netns`: `jh-` and six hex digits that follow from the folder. */
  readonly name: string;
  /** 0 to slotCount - 1, held by a lock while the sandbox exists. */
  readonly slot: number;
  /** Absolute path of the sandbox's own folder: state, root file systems, logs. */
  readonly dir: string;
  /** Prefix of network link names (they may have 15 characters): `jh<slot>`. */
  readonly linkPrefix: string;
  /** Loopback port of the API. */
  readonly apiPort: number;
  readonly network: SandboxNetwork;
}

/** The sandbox's "internet": a part of the benchmark range 198.18.0.0/15 (RFC 2544) and of a ULA prefix. */
export interface SandboxNetwork extends PublicRanges {
  /** Root-namespace end of the uplink: DNS, packages and ACME are served here. First of the range. */
  readonly serviceIpv4: string;
  /** The router inside the sandbox's namespace, other end of the uplink. Second of the range. */
  readonly routerIpv4: string;
  readonly serviceIpv6: string;
  readonly routerIpv6: string;
}

/** The name that follows from a sandbox folder: the same for each command run in one checkout. */
export function sandboxName(dir: string): string {
  return `jh-${createHash("sha256").update(dir).digest("hex").slice(0, 6)}`;
}

/** The identity of the sandbox in `dir` (absolute) that holds `slot`. */
export function sandboxIdentity(dir: string, slot: number): SandboxIdentity {
  // A /21 for each slot: 8 third octets; 32 slots fill 198.18.0.0/16.
  const third = slot * 8;
  const v6 = `fd5a:6a68:${slot.toString(16)}`;
  return Object.freeze({
    name: sandboxName(dir),
    slot,
    dir,
    linkPrefix: `jh${slot.toString()}`,
    apiPort: 7800 + slot,
    network: Object.freeze({
      ipv4Cidr: `198.18.${third.toString()}.0/21`,
      serviceIpv4: `198.18.${third.toString()}.1`,
      routerIpv4: `198.18.${third.toString()}.2`,
      firstHostIpv4: `198.18.${third.toString()}.16`,
      ipv6Cidr: `${v6}::/48`,
      serviceIpv6: `${v6}::1`,
      routerIpv6: `${v6}::2`,
    }),
  });
}
