import type { Context } from "../../context";
import { ApiError, apiError, invalidField } from "../../errors";

import { checkedRecords, putRrset, requirePrimary } from "./rrsetRecords";
import { nextSoa } from "./rrsetRecords";
import { nameservers, rrsetKind, rrsetsOf, zoneKind, type ZoneRow } from "./zoneRow";
import { durationSeconds, parseZonefile, type ZonefileRecord } from "./zonefileParser";
import { ZonefileError } from "./zonefileTokens";

/**
 * Replaces all record sets of a zone, and its TTL, by those of a zone file.
 *
 * The rules are those of the API reference: `$ORIGIN` must be the zone and the class must be IN.
 * The file must have a SOA and the NS records of the assigned nameservers.
 *
 * @throws ApiError incorrect_zone_mode for a secondary zone, protected for a protected record set,
 *   invalid_input with the line of the problem
 */
export function importZonefile(ctx: Context, zone: ZoneRow, text: string): void {
  requirePrimary(zone);
  const old = rrsetsOf(ctx, zone.id);
  if (old.some(({ protection }) => protection.change))
    throw apiError("protected", "a record set of the zone is protected");
  const { ttl, sets } = asInputError(() => readZonefile(text, zone));
  const oldSoa = old.find(({ type }) => type === "SOA")?.records[0]?.value;
  for (const { id } of old) ctx.store.table(rrsetKind).remove(id);
  if (ttl !== undefined) ctx.store.table(zoneKind).update(zone.id, { ttl });
  for (const set of sets)
    putRrset(ctx, zone, set.type === "SOA" ? withNextSerial(set, oldSoa) : set);
}

interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly records: readonly { readonly value: string; readonly comment: string }[];
}

/** @throws ZonefileError, ApiError invalid_input */
function readZonefile(text: string, zone: ZoneRow) {
  const { ttl, records } = parseZonefile(text, zone.name);
  const groups = new Map<string, ZonefileRecord[]>();
  for (const record of records) {
    const key = `${record.name}/${record.type}`;
    const group = groups.get(key);
    if (group) group.push(record);
    else groups.set(key, [record]);
  }
  const aliases = new Set(records.filter(({ type }) => type === "CNAME").map(({ name }) => name));
  for (const { line, name, type } of records)
    if (type !== "CNAME" && aliases.has(name))
      throw new ZonefileError(line, `${name} has a CNAME, so it cannot have other records`);
  const sets = [...groups.values()].map(toSet);
  requireOwnRecords(sets);
  return { ttl, sets };
}

function toSet(group: readonly ZonefileRecord[]): RecordSet {
  const [first] = group;
  if (!first) throw new Error("a group of records has at least one");
  const { line, name, type, ttl } = first;
  const other = group.find((record) => record.ttl !== ttl);
  // RFC 2181, section 5.2.
  if (other)
    throw new ZonefileError(
      other.line,
      `${name} ${type} has two TTLs; all records of a set must have the same TTL`,
    );
  try {
    const records = type === "SOA" ? checkedSoa(first, group) : checkedRecords(type, group);
    return { name, type, ttl, records };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ZonefileError(line, `${name} ${type}: ${error.message}`);
  }
}

/** The SOA with its times in seconds. */
function checkedSoa(first: ZonefileRecord, group: readonly ZonefileRecord[]): RecordSet["records"] {
  const [server = "", mailbox = "", ...numbers] = first.value.split(" ");
  const times = numbers.map((text) => durationSeconds(text));
  if (times.length !== 5 || times.some((time) => time === undefined || time >= 2 ** 32))
    throw new ZonefileError(first.line, "the SOA must have two names and five numbers");
  if (first.name !== "@" || group.length > 1)
    throw new ZonefileError(first.line, "there must be exactly one SOA, at the apex of the zone");
  return [{ value: [server, mailbox, ...times].join(" "), comment: first.comment }];
}

/** @throws ApiError invalid_input when the file lacks a record that every zone has */
function requireOwnRecords(sets: readonly RecordSet[]): void {
  const atApex = (type: string) => sets.find((set) => set.name === "@" && set.type === type);
  if (!atApex("SOA")) throw invalidField("zonefile", "must have a SOA record");
  const present = atApex("NS")?.records.map(({ value }) => value.toLowerCase()) ?? [];
  const missing = nameservers.filter((server) => !present.includes(server));
  if (missing.length > 0)
    throw invalidField("zonefile", `must have NS records of ${missing.join(", ")}`);
}

/** The serial continues to count up from the zone's own serial, whatever the file contains. */
function withNextSerial(set: RecordSet, before: string | undefined): RecordSet {
  return { ...set, records: nextSoa(set.records, before) };
}

function asInputError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ZonefileError) throw invalidField("zonefile", error.message);
    throw error;
  }
}
