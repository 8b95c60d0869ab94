import { fromNumber, nextFree, parseRange4, subnet64, toNumber } from "../addresses";
import type { Context } from "../context";
import { apiError } from "../errors";

import { floatingIpKind } from "./floatingIpRow";
import { loadBalancerKind } from "./loadBalancerRow";
import { primaryIpKind } from "./primaryIpRow";
import type { IpType, NamedAddress } from "./reverseNames";

/**
 * The first /64 networks are reserved for the driver of the hosts, like the first IPv4 addresses.
 */
const firstPrefix = 0x10;
const lastPrefix = 0xffff;

/**
 * A free IPv4 address, or a free IPv6 /64.
 *
 * @throws ApiError resource_unavailable when none is free
 */
export function freeAddress(ctx: Context, type: IpType): string {
  return type === "ipv4" ? freeIpv4(ctx) : freePrefix(ctx);
}

/** All public addresses in use, of all resources. */
export function publicAddresses(ctx: Context): Pick<NamedAddress, "type" | "ip">[] {
  const balancers = ctx.store.table(loadBalancerKind).all();
  return [
    ...ctx.store.table(primaryIpKind).all(),
    ...ctx.store.table(floatingIpKind).all(),
    ...balancers.map(({ ipv4 }) => ({ type: "ipv4" as const, ip: ipv4 })),
    ...balancers.map(({ ipv6 }) => ({ type: "ipv6" as const, ip: ipv6 })),
  ];
}

function freeIpv4(ctx: Context): string {
  const first = toNumber(ctx.publicRanges.firstHostIpv4);
  // The last address of the range is its broadcast address.
  const last = (parseRange4(ctx.publicRanges.ipv4Cidr)?.last ?? first) - 1;
  return fromNumber(allocate(ctx, "ipv4", { first, last }, toNumber));
}

function freePrefix(ctx: Context): string {
  const index = (ip: string) => parseInt(ip.split(":")[3] ?? "0", 16);
  const range = { first: firstPrefix, last: lastPrefix };
  return subnet64(ctx.publicRanges.ipv6Cidr, allocate(ctx, "ipv6", range, index));
}

function allocate(
  ctx: Context,
  type: IpType,
  range: { first: number; last: number },
  toIndex: (ip: string) => number,
): number {
  const same = publicAddresses(ctx).filter((address) => address.type === type);
  const taken = new Set(same.map(({ ip }) => toIndex(ip)));
  const cursor = `next_${type}`;
  const value = nextFree(range, ctx.store.peek(cursor, range.first), taken);
  if (value === undefined)
    throw apiError("resource_unavailable", `no ${type} address is left in this project's range`);
  ctx.store.setSequence(cursor, value + 1);
  return value;
}
