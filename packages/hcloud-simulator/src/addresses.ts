import { isIPv4, isIPv6 } from "node:net";

import ipaddr from "ipaddr.js";

/** An IPv4 range as numbers; `first` is the network address. */
export interface Range4 {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/**
 * Reads `10.0.0.0/16`.
 *
 * @returns undefined when the text is not an IPv4 CIDR, or has bits set after its prefix
 */
export function parseRange4(cidr: string): Range4 | undefined {
  const [address = "", length = ""] = cidr.split("/");
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  const first = toNumber(address);
  const size = 2 ** (32 - Number(length));
  if (first % size !== 0) return undefined;
  return { first, last: first + size - 1, prefix: Number(length) };
}

export function toNumber(ipv4: string): number {
  return ipaddr.IPv4.parse(ipv4).octets.reduce((value, octet) => value * 256 + octet, 0);
}

export function fromNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => (Math.floor(value / 2 ** shift) % 256).toString()).join(".");
}

export function formatRange4({ first, prefix }: Range4): string {
  return `${fromNumber(first)}/${prefix.toString()}`;
}

export function contains(outer: Range4, inner: Range4): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlap(a: Range4, b: Range4): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether a text is an IPv4 or IPv6 CIDR without bits after its prefix. */
export function isCidr(text: string): boolean {
  const [address = "", length = "", ...rest] = text.split("/");
  if (rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  if (isIPv4(address)) return parseRange4(text) !== undefined;
  if (!isIPv6(address) || Number(length) > 128) return false;
  const network = ipaddr.IPv6.networkAddressFromCIDR(text).toString();
  return network === ipaddr.IPv6.parse(address).toString();
}

/**
 * The next free number after `cursor`; at the end of the range the search continues at its start. A
 * released address is reused as late as possible, because clients may still know its old owner.
 */
export function nextFree(
  range: { readonly first: number; readonly last: number },
  cursor: number,
  taken: ReadonlySet<number>,
): number | undefined {
  const size = range.last - range.first + 1;
  const start = cursor >= range.first && cursor <= range.last ? cursor - range.first : 0;
  for (let i = 0; i < size; i++) {
    const candidate = range.first + ((start + i) % size);
    if (!taken.has(candidate)) return candidate;
  }
  return undefined;
}

/** The `index`-th /64 of an IPv6 range of /48 or longer, as `fd5a:6a68:0:10::/64`. */
export function subnet64(cidr: string, index: number): string {
  const [address = ""] = cidr.split("/");
  const parts = [...ipaddr.IPv6.parse(address).parts];
  parts[3] = (parts[3] ?? 0) + index;
  return `${new ipaddr.IPv6(parts).toString()}/64`;
}

/** The address that a host has in its /64: `<prefix>::1`. */
export function hostAddress6(prefix64: string): string {
  const [address = ""] = prefix64.split("/");
  const parts = [...ipaddr.IPv6.parse(address).parts];
  parts[7] = 1;
  return new ipaddr.IPv6(parts).toString();
}

/** Whether an IPv6 address is in a /64. */
export function inPrefix64(address: string, prefix64: string): boolean {
  return isIPv6(address) && ipaddr.IPv6.parse(address).match(ipaddr.IPv6.parseCIDR(prefix64));
}

/** An address in its shortest form, so that two spellings compare equal. */
export function canonical(address: string): string {
  return ipaddr.parse(address).toString();
}

/** The name under in-addr.arpa or ip6.arpa, without the trailing dot. */
export function reverseName(address: string): string {
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv4") return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
  const digits = parsed.toByteArray().map((byte) => byte.toString(16).padStart(2, "0"));
  return `${digits.join("").split("").reverse().join(".")}.ip6.arpa`;
}
