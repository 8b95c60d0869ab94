import { isIPv4, isIPv6 } from "node:net";

import type { Context } from "../../context";
import { apiError, invalidField } from "../../errors";
import type { FieldTable, Parsed } from "../../fields";
import type { Labels } from "../../labels";

import { rrsetKey, rrsetKind, rrsetsOf, soaSerial, type RrsetRow, type ZoneRow } from "./zoneRow";

export const rrsetTypes = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HINFO",
  "HTTPS",
  "MX",
  "NS",
  "PTR",
  "RP",
  "SOA",
  "SRV",
  "SVCB",
  "TLSA",
  "TXT",
] as const;

export const minTtl = 60;
export const maxTtl = 2 ** 31 - 1;
const maxRecords = 50;
export const maxComment = 255;

export const ttlField = { type: "integer", min: minTtl, max: maxTtl, nullable: true } as const;

export const recordsField = {
  type: "array",
  max: maxRecords,
  items: {
    type: "object",
    fields: {
      value: { type: "string", required: true, min: 1, max: 65535 },
      comment: { type: "string", nullable: true, max: maxComment },
    },
  },
} as const satisfies FieldTable[string];

const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
/** Relative to the zone and lower case. `@` is the apex; the first label can be `*`. */
export const relativeName = new RegExp(`^(@|\\*|(\\*\\.)?${label}(\\.${label})*)$`);

export const rrsetFields = {
  name: { type: "string", required: true, max: 253, pattern: relativeName },
  type: { type: "string", required: true, oneOf: rrsetTypes },
  ttl: ttlField,
  labels: { type: "labels" },
  records: { ...recordsField, required: true },
} as const satisfies FieldTable;

type GivenRecords = Parsed<{ records: typeof recordsField }>["records"];

const host = "[A-Za-z0-9_@*]([A-Za-z0-9_.*-]*)";
/** Patterns of values. Types without a pattern accept any text. */
const valuePatterns: Readonly<Record<string, RegExp>> = {
  CNAME: new RegExp(`^${host}$`),
  NS: new RegExp(`^${host}$`),
  PTR: new RegExp(`^${host}$`),
  MX: new RegExp(`^\\d{1,5} (${host}|\\.)$`),
  SRV: new RegExp(`^\\d{1,5} \\d{1,5} \\d{1,5} (${host}|\\.)$`),
  CAA: /^\d{1,3} [a-z0-9]+ ".*"$/,
  TXT: /^"([^"\\]|\\.)*"( "([^"\\]|\\.)*")*$/,
};

/** @throws ApiError invalid_input */
export function checkedRecords(type: string, given: GivenRecords): RrsetRow["records"] {
  const records = (given ?? []).map(({ value, comment }) => ({ value, comment: comment ?? "" }));
  if (records.length === 0) throw invalidField("records", "must have at least one entry");
  if (records.length > maxRecords)
    throw invalidField("records", `must have at most ${maxRecords} entries`);
  if (type === "SOA") throw invalidField("type", "SOA records are managed by the API");
  if (type === "CNAME" && records.length > 1)
    throw invalidField("records", "a CNAME has exactly one record");
  records.forEach(({ value }, i) => {
    if (!isValidValue(type, value))
      throw invalidField(`records.${i.toString()}.value`, `is not a valid ${type} record`);
    if (records.findIndex((other) => other.value === value) < i)
      throw invalidField(`records.${i.toString()}.value`, "is a duplicate");
  });
  return records;
}

const soaPattern = new RegExp(`^${host} ${host}( \\d{1,10}){5}$`);

/**
 * The SOA with other values. Its serial continues to count up, whatever the given serial is.
 *
 * @throws ApiError invalid_input
 */
export function changedSoa(row: RrsetRow, given: GivenRecords): RrsetRow["records"] {
  const records = (given ?? []).map(({ value, comment }) => ({ value, comment: comment ?? "" }));
  if (records.length !== 1) throw invalidField("records", "a SOA has exactly one record");
  if (!soaPattern.test(records[0]?.value ?? ""))
    throw invalidField("records.0.value", "is not a valid SOA record");
  return nextSoa(records, row.records[0]?.value);
}

/** The records with the next serial. */
export function nextSoa(
  records: RrsetRow["records"],
  before: string | undefined,
): RrsetRow["records"] {
  const serial = soaSerial(Number(before?.split(" ")[2] ?? 0)).toString();
  return records.map(({ value, comment }) => {
    const [server = "", mailbox = "", , ...times] = value.split(" ");
    return { value: [server, mailbox, serial, ...times].join(" "), comment };
  });
}

function isValidValue(type: string, value: string): boolean {
  if (type === "A") return isIPv4(value);
  if (type === "AAAA") return isIPv6(value) && !value.includes("%");
  return valuePatterns[type]?.test(value) ?? true;
}

export interface NewRrset {
  readonly name: string;
  readonly type: string;
  /** In seconds. Default: the TTL of the zone. */
  readonly ttl?: number | null;
  readonly labels?: Labels;
  readonly records: RrsetRow["records"];
}

/**
 * Adds a new record set to a zone.
 *
 * @throws ApiError uniqueness_error, invalid_input; incorrect_zone_mode for a secondary zone
 */
export function insertRrset(ctx: Context, zone: ZoneRow, wanted: NewRrset): RrsetRow {
  requirePrimary(zone);
  const others = rrsetsOf(ctx, zone.id).filter(
    ({ name, type }) => name === wanted.name && type !== wanted.type,
  );
  if (wanted.type === "CNAME" ? others.length > 0 : others.some(({ type }) => type === "CNAME"))
    throw invalidField("type", "a CNAME cannot be at the same name as other records");
  const key = rrsetKey(zone.id, wanted.name, wanted.type);
  if (ctx.store.table(rrsetKind).find("key", key))
    throw apiError("uniqueness_error", "record set already exists in this zone", {
      fields: [{ name: "name" }, { name: "type" }],
    });
  return putRrset(ctx, zone, wanted);
}

/** Writes a new record set. All checks were done before. */
export function putRrset(ctx: Context, zone: ZoneRow, wanted: NewRrset): RrsetRow {
  return ctx.store.table(rrsetKind).insert({
    zone: zone.id,
    name: wanted.name,
    type: wanted.type,
    ttl: wanted.ttl ?? null,
    labels: wanted.labels ?? {},
    records: wanted.records,
    protection: { change: false },
    key: rrsetKey(zone.id, wanted.name, wanted.type),
  });
}

export function requirePrimary(zone: ZoneRow): void {
  if (zone.mode === "secondary")
    throw apiError(
      "incorrect_zone_mode",
      "records of a secondary zone come from its primary nameservers",
    );
}
