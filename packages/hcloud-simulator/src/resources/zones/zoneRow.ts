import type { Context } from "../../context";
import { notFound } from "../../errors";
import type { Labels } from "../../labels";
import type { Kind, Row } from "../../store";

import type { NamedRow } from "../common";

export const nameservers = [
  "hydrogen.ns.hetzner.com.",
  "oxygen.ns.hetzner.com.",
  "helium.ns.hetzner.de.",
];

export interface ZoneRow extends NamedRow {
  /** In seconds; the TTL of record sets without a TTL of their own. */
  readonly ttl: number;
  readonly mode: "primary" | "secondary";
  readonly primary_nameservers: readonly {
    readonly address: string;
    readonly port: number;
    readonly tsig_algorithm?: string;
    readonly tsig_key?: string;
  }[];
  readonly protection: { readonly delete: boolean };
}

export interface RrsetRecord {
  readonly value: string;
  readonly comment: string;
}

export interface RrsetRow extends Row {
  readonly zone: number;
  /** Relative to the zone, `@` for its apex. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly labels: Labels;
  readonly records: readonly RrsetRecord[];
  readonly protection: { readonly change: boolean };
  /** Zone id, name and type as one text, which must be unique. */
  readonly key: string;
}

export const zoneKind: Kind<ZoneRow> = { name: "zone", unique: ["name"] };
export const rrsetKind: Kind<RrsetRow> = { name: "zone_rrset", unique: ["key"] };

export function rrsetKey(zone: number, name: string, type: string): string {
  return `${zone.toString()}/${name}/${type}`;
}

/** A SOA serial greater than the one before, in Hetzner's form YYYYMMDDnn. */
export function soaSerial(before = 0): number {
  const today = Number(new Date().toISOString().slice(0, 10).replaceAll("-", ""));
  return Math.max(today * 100 + 1, before + 1);
}

/**
 * Finds a zone by id or by name.
 *
 * @throws ApiError not_found
 */
export function requireZone(ctx: Context, idOrName: string | undefined): ZoneRow {
  const table = ctx.store.table(zoneKind);
  const zone =
    idOrName !== undefined && /^\d+$/.test(idOrName)
      ? table.get(Number(idOrName))
      : table.find("name", idOrName);
  if (!zone) throw notFound("zone", idOrName ?? "");
  return zone;
}

/** The record sets of a zone, in the order of their creation. */
export function rrsetsOf(ctx: Context, zone: number): RrsetRow[] {
  return ctx.store
    .table(rrsetKind)
    .all()
    .filter((rrset) => rrset.zone === zone);
}

export function zoneToWire(ctx: Context, row: ZoneRow) {
  return {
    id: row.id,
    name: row.name,
    created: row.created,
    ttl: row.ttl,
    mode: row.mode,
    primary_nameservers: row.primary_nameservers,
    protection: row.protection,
    labels: row.labels,
    authoritative_nameservers: {
      assigned: nameservers,
      delegated: nameservers,
      delegation_last_check: row.created,
      delegation_status: "valid",
    },
    registrar: "other",
    status: "ok",
    record_count: rrsetsOf(ctx, row.id).reduce((sum, { records }) => sum + records.length, 0),
  };
}

export function rrsetToWire(_ctx: unknown, row: RrsetRow) {
  return {
    id: `${row.name}/${row.type}`,
    name: row.name,
    type: row.type,
    ttl: row.ttl,
    labels: row.labels,
    protection: row.protection,
    records: row.records,
    zone: row.zone,
  };
}
