import * as ipaddr from "ipaddr.js";

/**
 * A name relative to its zone, as the DNS API wants it: `@` for the zone itself.
 * @throws Error where the name is not in the zone; the configuration's check comes before.
 */
export function relativeName(fqdn: string, zone: string): string {
  if (fqdn === zone) {
    return "@";
  }
  if (!fqdn.endsWith(`.${zone}`)) {
    throw new Error(`${fqdn} is not in the zone ${zone}`);
  }
  return fqdn.slice(0, -(zone.length + 1));
}

/**
 * The address that a host has in its /64: the first after the network's own, as Hetzner assigns it.
 * @param network `2001:db8:1:2::/64`
 */
export function hostAddressIn(network: string): string {
  const [address] = ipaddr.IPv6.parseCIDR(network);
  const parts = [...address.parts.slice(0, 4), 0, 0, 0, 1];
  return new ipaddr.IPv6(parts).toString();
}
