import * as ipaddr from "ipaddr.js";

/** Whether a zone contains a name: its own name, and every name below it. */
export function isInZone(fqdn: string, zone: string): boolean {
  return fqdn === zone || fqdn.endsWith(`.${zone}`);
}

/**
 * A name relative to its zone, as the DNS API wants it: `@` for the zone itself.
 * @throws Error if the zone does not contain the name; the checks of the settings come before
 */
export function relativeName(fqdn: string, zone: string): string {
  if (!isInZone(fqdn, zone)) throw new Error(`${fqdn} is not in the zone ${zone}`);
  return fqdn === zone ? "@" : fqdn.slice(0, -(zone.length + 1));
}

/**
 * The address of a host in its /64, as Hetzner assigns it: the first one after that of the network.
 * @param network `2001:db8:1:2::/64`
 */
export function hostAddressIn(network: string): string {
  const [address] = ipaddr.IPv6.parseCIDR(network);
  const parts = [...address.parts.slice(0, 4), 0, 0, 0, 1];
  return new ipaddr.IPv6(parts).toString();
}
