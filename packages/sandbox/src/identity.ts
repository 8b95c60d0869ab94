import { createHash } from "node:crypto";
import type { PublicRanges } from "../../hcloud-simulator/src/publicRanges";

/** The highest number of sandboxes on one machine at the same time. */
export const slotCount = 32;

/**
 * Distinguishes the sandboxes on one machine. Every link, namespace, folder and process of a
 * sandbox has `name` in its name. All addresses depend on the slot, so two sandboxes never collide.
 */
export interface SandboxIdentity {
  /** Name of the sandbox and of its namespace: `jh-` and six hex digits, a hash of its folder. */
  readonly name: string;
  /** 0 to slotCount - 1. A lock holds it while the sandbox exists. */
  readonly slot: number;
  /** Absolute path of the sandbox's folder: state, root file systems, logs. */
  readonly dir: string;
  /** Prefix of network link names, which can have 15 characters: `jh<slot>`. */
  readonly linkPrefix: string;
  /** Loopback port of the API. */
  readonly apiPort: number;
  readonly network: SandboxNetwork;
}

/**
 * The sandbox's "internet": a part of the benchmark range 198.18.0.0/15 (RFC 2544) and of a ULA
 * prefix.
 */
export interface SandboxNetwork extends PublicRanges {
  /**
   * The end of the uplink in the root namespace, with DNS and package mirrors. First address of the
   * range.
   */
  readonly serviceIpv4: string;
  /**
   * The router in the sandbox's namespace, the other end of the uplink. Second address of the
   * range.
   */
  readonly routerIpv4: string;
  readonly serviceIpv6: string;
  readonly routerIpv6: string;
  /** The ranges of machines that the API does not know, as of another provider. */
  readonly machines: { readonly ipv4Cidr: string; readonly ipv6Cidr: string };
  /** Further addresses below the first host's, by what uses them. */
  readonly reserved: Readonly<Record<ReservedAddress, AddressPair>>;
}

/** An IPv4 and an IPv6 address of the same machine. */
export interface AddressPair {
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * The last part of each reserved address. The first group are addresses of the uplink, for services
 * of the sandbox's server. The second group are clients in namespaces of their own.
 */
const reservedParts = {
  /** The ACME server, as hosts see it. */
  acme: 3,
  /** Hetzner's name servers. */
  hetznerDns: 4,
  /** The name servers of zones that are not at Hetzner. */
  elsewhereDns: 5,
  /** The resolver of the ACME server. */
  acmeDns: 6,
  /** The object storage. */
  objectStorage: 7,
  /** Where the ACME server connects from. */
  acmeValidation: 8,
  /** Clients in the places of `sandbox from`. */
  internet: 9,
  closed: 10,
  noUdp: 11,
  /** The storage box, on the uplink too. */
  storageBox: 12,
} as const;

export type ReservedAddress = keyof typeof reservedParts;

/** The name of the sandbox in a folder. It is the same for every command in one checkout. */
export function sandboxName(dir: string): string {
  return `jh-${createHash("sha256").update(dir).digest("hex").slice(0, 6)}`;
}

/** The identity of the sandbox in `dir` (absolute path) that holds `slot`. */
export function sandboxIdentity(dir: string, slot: number): SandboxIdentity {
  // A /21 for each slot: 8 third octets. 32 slots fill 198.18.0.0/16.
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
      // The other half of the benchmark range, and the next ULA prefix.
      machines: Object.freeze({
        ipv4Cidr: `198.19.${third.toString()}.0/21`,
        ipv6Cidr: `fd5a:6a69:${slot.toString(16)}::/48`,
      }),
      reserved: reservedAddresses(`198.18.${third.toString()}`, v6),
    }),
  });
}

function reservedAddresses(ipv4: string, ipv6: string): SandboxNetwork["reserved"] {
  const pairs = Object.entries(reservedParts).map(([name, part]) => [
    name,
    { ipv4: `${ipv4}.${part.toString()}`, ipv6: `${ipv6}::${part.toString(16)}` },
  ]);
  // Object.fromEntries loses the keys.
  return Object.freeze(Object.fromEntries(pairs)) as SandboxNetwork["reserved"];
}
