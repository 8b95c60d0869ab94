/** The ranges that the simulator assigns public addresses from. */
export interface PublicRanges {
  /** IPv4 range of all servers, for example 198.18.8.0/21. Its last address is not assigned. */
  readonly ipv4Cidr: string;
  /**
   * The first IPv4 address that can be assigned. The addresses below it are reserved for the driver
   * of the hosts.
   */
  readonly firstHostIpv4: string;
  /** IPv6 range, a /48. Each server gets a /64 of it, beginning with the 16th. */
  readonly ipv6Cidr: string;
}

/** Ranges that are not routed: for benchmarks (RFC 2544) and for documentation (RFC 3849). */
export const unroutedRanges: PublicRanges = Object.freeze({
  ipv4Cidr: "198.18.0.0/16",
  firstHostIpv4: "198.18.0.16",
  ipv6Cidr: "2001:db8::/48",
});
