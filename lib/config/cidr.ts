import * as ipaddr from "ipaddr.js";
import { mustBe } from "./setting";

/** Whether a text is a range. The library also accepts old spellings of IPv4: 203.0.113/24, 0x10.0.0.0/8. */
export function isCidr(text: string): boolean {
  const [address = ""] = text.split("/");
  return (
    ipaddr.isValidCIDR(text) &&
    (address.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(address))
  );
}

/**
 * A range in the spelling of the API: `2001:DB8:0::/32` is `2001:db8::/32`. `undefined` if the text is not a range.
 *
 * In another spelling, a firewall loses the rule, or changes it at each `up`. The provider compares texts, and does not
 * find the rule again when only the labels change (hetznercloud/terraform-provider-hcloud#931).
 */
export function canonicalCidr(text: string): string | undefined {
  if (!isCidr(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  return `${address.toString()}/${length}`;
}

/** The range that contains an address. The address has a prefix length or not. */
export function networkOf(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`;
  if (ipaddr.IPv6.isValid(text)) return `${ipaddr.IPv6.parse(text).toString()}/128`;
  if (!isCidr(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(text).toString()}/${length}`;
}

/** What is wrong with a range for a firewall rule, as the end of a sentence; `undefined` if nothing is. */
export function cidrProblem(text: string): string | undefined {
  if (!isCidr(text)) {
    return mustBe(text, "a range in CIDR notation, such as 203.0.113.0/24 or 2001:db8::/32");
  }
  const [address] = ipaddr.parseCIDR(text);
  if (address.kind() === "ipv6" && (address as ipaddr.IPv6).isIPv4MappedAddress()) {
    return `is "${text}", which is an IPv4 range; write it as IPv4`;
  }
  return networkOf(text) === canonicalCidr(text)
    ? undefined
    : `is "${text}", which is not the first address of its range; Hetzner accepts only the first address`;
}

/** Whether a host is certainly outside of all ranges. Of a name this is never certain. */
export function isOutside(host: string, ranges: readonly string[]): boolean {
  if (!ipaddr.isValid(host)) return false;
  const address = ipaddr.process(host);
  return !ranges.some((range) => {
    const [network, length] = ipaddr.parseCIDR(range);
    return network.kind() === address.kind() && address.match(network, length);
  });
}

/** Whether one of the ranges contains all addresses of a range. False for what is not a range. */
export function isCovered(range: string, ranges: readonly string[]): boolean {
  if (!isCidr(range)) return false;
  const [address, length] = ipaddr.parseCIDR(range);
  return ranges.filter(isCidr).some((other) => {
    const [network, prefix] = ipaddr.parseCIDR(other);
    return network.kind() === address.kind() && prefix <= length && address.match(network, prefix);
  });
}
