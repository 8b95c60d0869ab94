import { canonical, inPrefix64 } from "../addresses";
import { invalidField } from "../errors";

export type IpType = "ipv4" | "ipv6";

/**
 * An address, or a /64 (`fd5a:6a68:0:10::/64`), with the reverse DNS names that the user has set,
 * by address.
 */
export interface NamedAddress {
  readonly type: IpType;
  readonly ip: string;
  readonly dns_ptr: Readonly<Record<string, string>>;
}

/** Body of `change_dns_ptr`; null resets the name. */
export const ptrFields = {
  ip: { type: "string", required: true },
  dns_ptr: { type: "string", nullable: true, max: 253 },
} as const;

/** Hetzner's default name of an IPv4 address. IPv6 addresses have no default. */
export function defaultPtr(ipv4: string): string {
  return `static.${ipv4.split(".").reverse().join(".")}.clients.your-server.de`;
}

/** All reverse DNS names in the API's form, including the default. */
export function dnsPtrs(address: NamedAddress): { ip: string; dns_ptr: string }[] {
  const own = Object.entries(address.dns_ptr).map(([ip, ptr]) => ({ ip, dns_ptr: ptr }));
  if (address.type === "ipv6" || own.length > 0) return own;
  return [{ ip: address.ip, dns_ptr: defaultPtr(address.ip) }];
}

/**
 * The reverse DNS names after one was set, or reset with null.
 *
 * @throws ApiError invalid_input when `ip` does not belong to the address
 */
export function withPtr(
  address: NamedAddress,
  ip: string,
  ptr: string | null,
): Readonly<Record<string, string>> {
  const owned = address.type === "ipv4" ? ip === address.ip : inPrefix64(ip, address.ip);
  if (!owned) throw invalidField("ip", "does not belong to this resource");
  const key = canonical(ip);
  const others = Object.entries(address.dns_ptr).filter(([known]) => known !== key);
  const own = ptr === null ? [] : [[key, ptr] as const];
  return Object.fromEntries([...others, ...own]);
}
