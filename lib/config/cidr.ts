import * as ipaddr from "ipaddr.js";

/** The library also takes old spellings of IPv4: 203.0.113/24, 0x10.0.0.0/8. */
export function isCidr(text: string): boolean {
  const [address = ""] = text.split("/");
  return (
    ipaddr.isValidCIDR(text) &&
    (address.includes(":") || ipaddr.IPv4.isValidFourPartDecimal(address))
  );
}

/**
 * A range in the one spelling that the API gives back: `2001:DB8:0::/32` is `2001:db8::/32`. `undefined` for what is no
 * range.
 *
 * In another spelling a rule of a firewall is lost: the provider compares texts, and at a change of the labels alone it
 * leaves out, or changes at each `up`, what it does not find again (hetznercloud/terraform-provider-hcloud#931).
 */
export function canonicalCidr(text: string): string | undefined {
  if (!isCidr(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  return `${address.toString()}/${length}`;
}

/** The range that an address, with or without a length, is in. */
export function networkOf(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text}/32`;
  if (ipaddr.IPv6.isValid(text)) return `${ipaddr.IPv6.parse(text).toString()}/128`;
  if (!isCidr(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${family.networkAddressFromCIDR(text).toString()}/${length}`;
}
