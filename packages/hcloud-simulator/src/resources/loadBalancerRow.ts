import { isIP } from "node:net";

import { canonical } from "../addresses";
import { invalidField } from "../errors";
import type { Kind } from "../store";

import type { NamedRow } from "./common";
import { defaultPtr } from "./reverseNames";

export const algorithms = ["round_robin", "least_connections"] as const;

export interface LoadBalancerRow extends NamedRow {
  readonly load_balancer_type: number;
  readonly location: string;
  readonly algorithm: (typeof algorithms)[number];
  readonly ipv4: string;
  /** A single address. Unlike a server, a load balancer has no /64 of its own. */
  readonly ipv6: string;
  /** Reverse DNS names that the user has set, by address. */
  readonly dns_ptr: Readonly<Record<string, string>>;
  readonly protection: { readonly delete: boolean };
}

export const loadBalancerKind: Kind<LoadBalancerRow> = { name: "load_balancer", unique: ["name"] };

/** The reverse DNS name of each address; null if it has none. */
export function balancerPtrs({ ipv4, ipv6, dns_ptr: names }: LoadBalancerRow) {
  return {
    ipv4: { ip: ipv4, dns_ptr: names[ipv4] ?? defaultPtr(ipv4) },
    ipv6: { ip: ipv6, dns_ptr: names[ipv6] ?? null },
  };
}

/**
 * The reverse DNS names after one was set, or reset with null.
 *
 * @throws ApiError invalid_input when the load balancer does not have the address
 */
export function withBalancerPtr(
  row: LoadBalancerRow,
  ip: string,
  ptr: string | null,
): Readonly<Record<string, string>> {
  const address = isIP(ip) === 0 ? undefined : canonical(ip);
  if (address !== row.ipv4 && address !== row.ipv6)
    throw invalidField("ip", "does not belong to this resource");
  const others = Object.entries(row.dns_ptr).filter(([known]) => known !== address);
  const own = ptr === null ? [] : [[address, ptr] as const];
  return Object.fromEntries([...others, ...own]);
}
