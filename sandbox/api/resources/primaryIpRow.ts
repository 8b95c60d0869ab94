import {
  canonical,
  hostAddress6,
  inPrefix64,
  nextFree,
  parseRange4,
  fromNumber,
  subnet64,
  toNumber,
} from "../addresses";
import type { Context } from "../context";
import { apiError, invalidField } from "../errors";
import type { Labels } from "../labels";
import type { Kind } from "../store";

import type { NamedRow } from "./common";

export type IpType = "ipv4" | "ipv6";

export interface PrimaryIpRow extends NamedRow {
  readonly type: IpType;
  /** An address, or a /64: `fd5a:6a68:0:10::/64`. */
  readonly ip: string;
  readonly location: string;
  readonly assignee_id: number | null;
  readonly auto_delete: boolean;
  readonly protection: { readonly delete: boolean };
  /** Reverse names set by the user, by address. */
  readonly dns_ptr: Readonly<Record<string, string>>;
}

export const primaryIpKind: Kind<PrimaryIpRow> = { name: "primary_ip", unique: ["name"] };

/** The first /64s stay the sandbox's own, as the first IPv4 addresses do. */
const firstPrefix = 0x10;
const lastPrefix = 0xffff;

export interface NewPrimaryIp {
  readonly type: IpType;
  readonly location: string;
  readonly autoDelete: boolean;
  /** By default primary_ip-<number>, as the API names those it makes by itself. */
  readonly name?: string;
  readonly labels?: Labels;
  readonly assignee?: number;
}

/** @throws ApiError resource_limit_exceeded, resource_unavailable when no address is left, uniqueness_error */
export function createPrimaryIp(ctx: Context, wanted: NewPrimaryIp): PrimaryIpRow {
  const { store } = ctx;
  ctx.limits.requireRoom("primary_ips", primaryIpKind);
  return store.table(primaryIpKind).insert({
    name: wanted.name ?? `primary_ip-${store.peek("resource").toString()}`,
    type: wanted.type,
    ip: wanted.type === "ipv4" ? freeIpv4(ctx) : freePrefix(ctx),
    labels: wanted.labels ?? {},
    location: wanted.location,
    assignee_id: wanted.assignee ?? null,
    auto_delete: wanted.autoDelete,
    protection: { delete: false },
    dns_ptr: {},
    created: new Date().toISOString(),
  });
}

function freeIpv4(ctx: Context): string {
  const first = toNumber(ctx.network.firstHostIpv4);
  // The last address of the range is its broadcast address.
  const last = (parseRange4(ctx.network.ipv4Cidr)?.last ?? first) - 1;
  const taken = takenBy(ctx, "ipv4", toNumber);
  return fromNumber(allocate(ctx, "ipv4", { first, last }, taken));
}

function freePrefix(ctx: Context): string {
  const index = (ip: string) => parseInt(ip.split(":")[3] ?? "0", 16);
  const taken = takenBy(ctx, "ipv6", index);
  const range = { first: firstPrefix, last: lastPrefix };
  return subnet64(ctx.network.ipv6Cidr, allocate(ctx, "ipv6", range, taken));
}

function takenBy(ctx: Context, type: IpType, toIndex: (ip: string) => number): Set<number> {
  const rows = ctx.store.table(primaryIpKind).all();
  return new Set(rows.filter((row) => row.type === type).map((row) => toIndex(row.ip)));
}

function allocate(
  ctx: Context,
  type: IpType,
  range: { first: number; last: number },
  taken: ReadonlySet<number>,
): number {
  const cursor = `next_${type}`;
  const value = nextFree(range, ctx.store.peek(cursor, range.first), taken);
  if (value === undefined)
    throw apiError("resource_unavailable", `no ${type} address is left in this project's range`);
  ctx.store.setSequence(cursor, value + 1);
  return value;
}

/** The address that a host uses: of a /64 the one ending in ::1. */
export function hostAddress(row: PrimaryIpRow): string {
  return row.type === "ipv4" ? row.ip : hostAddress6(row.ip);
}

/** The name that Hetzner gives to each IPv4 address; IPv6 addresses have none. */
export function defaultPtr(ipv4: string): string {
  return `static.${ipv4.split(".").reverse().join(".")}.clients.your-server.de`;
}

/** All reverse names, defaults included, in the API's form. */
export function dnsPtrs(row: PrimaryIpRow): { ip: string; dns_ptr: string }[] {
  const own = Object.entries(row.dns_ptr).map(([ip, ptr]) => ({ ip, dns_ptr: ptr }));
  if (row.type === "ipv6" || own.length > 0) return own;
  return [{ ip: row.ip, dns_ptr: defaultPtr(row.ip) }];
}

/**
 * Sets or, with null, takes back a reverse name.
 *
 * @throws ApiError invalid_input when the address is not this primary IP's
 */
export function setDnsPtr(ctx: Context, row: PrimaryIpRow, ip: string, ptr: string | null): void {
  const owned = row.type === "ipv4" ? ip === row.ip : inPrefix64(ip, row.ip);
  if (!owned) throw invalidField("ip", "does not belong to this resource");
  const address = canonical(ip);
  const others = Object.entries(row.dns_ptr).filter(([known]) => known !== address);
  const own = ptr === null ? [] : [[address, ptr] as const];
  ctx.store
    .table(primaryIpKind)
    .update(row.id, { dns_ptr: Object.fromEntries([...others, ...own]) });
}
