import type { Context } from "../../context";
import { apiError, invalidField } from "../../errors";
import { listPage } from "../../listing";
import { definePart, route, type Call } from "../../resource";

import { labelsField } from "../common";
import {
  changedSoa,
  checkedRecords,
  insertRrset,
  recordsField,
  requirePrimary,
  rrsetFields,
  ttlField,
} from "./rrsetRecords";
import {
  requireZone,
  rrsetKey,
  rrsetKind,
  rrsetsOf,
  rrsetToWire,
  zoneKind,
  type RrsetRow,
} from "./zoneRow";

const collection = "/zones/:id/rrsets";
const single = `${collection}/:name/:type`;

function findRrset({ ctx, params }: Call) {
  const zone = requireZone(ctx, params.id);
  const key = rrsetKey(zone.id, params.name ?? "", params.type ?? "");
  return { zone, rrset: ctx.store.table(rrsetKind).find("key", key) };
}

function requireRrset(call: Call): RrsetRow {
  const { rrset } = findRrset(call);
  if (!rrset)
    throw apiError(
      "not_found",
      `rrset '${call.params.name ?? ""}/${call.params.type ?? ""}' not found`,
    );
  return rrset;
}

/** @throws ApiError protected */
function requireChangeable(call: Call): RrsetRow {
  const rrset = requireRrset(call);
  requirePrimary(requireZone(call.ctx, call.params.id));
  if (rrset.protection.change) throw apiError("protected", "record set is protected");
  return rrset;
}

/** @throws ApiError protected; invalid_input for the SOA, which can be changed but not removed */
function requireRemovable(call: Call): RrsetRow {
  const rrset = requireChangeable(call);
  if (rrset.type === "SOA") throw invalidField("type", "the SOA cannot be deleted");
  return rrset;
}

function start(ctx: Context, command: string, zone: number) {
  return ctx.actions.toWire(ctx.actions.start(command, [{ id: zone, type: zoneKind.name }]));
}

function changed(ctx: Context, command: string, row: RrsetRow, patch: Partial<RrsetRow>) {
  ctx.store.table(rrsetKind).update(row.id, patch);
  return { action: start(ctx, command, row.zone) };
}

export const zoneRrsets = definePart({
  commands: {
    create_rrset: {},
    delete_rrset: {},
    change_rrset_ttl: {},
    change_rrset_protection: {},
    set_rrset_records: {},
    add_rrset_records: {},
    remove_rrset_records: {},
    update_rrset_records: {},
  },
  routes: [
    route("GET", collection, {}, ({ ctx, params, query }) => {
      const page = listPage(rrsetsOf(ctx, requireZone(ctx, params.id).id), query, {
        sort: ["id", "name", "type"],
        filters: { type: (row) => row.type },
      });
      return { rrsets: page.rows.map((row) => rrsetToWire(ctx, row)), meta: page.meta };
    }),
    route("POST", collection, rrsetFields, ({ ctx, params, body }) => {
      const zone = requireZone(ctx, params.id);
      const records = checkedRecords(body.type, body.records);
      const rrset = insertRrset(ctx, zone, { ...body, records });
      return { rrset: rrsetToWire(ctx, rrset), action: start(ctx, "create_rrset", zone.id) };
    }),
    route("GET", single, {}, (call) => ({ rrset: rrsetToWire(call.ctx, requireRrset(call)) })),
    route("PUT", single, { labels: labelsField }, (call) => {
      const { id } = requireRrset(call);
      const patch = call.body.labels === undefined ? {} : { labels: call.body.labels };
      return { rrset: rrsetToWire(call.ctx, call.ctx.store.table(rrsetKind).update(id, patch)) };
    }),
    route(
      "DELETE",
      single,
      {},
      (call) => {
        const { id, zone } = requireRemovable(call);
        call.ctx.store.table(rrsetKind).remove(id);
        return { action: start(call.ctx, "delete_rrset", zone) };
      },
      201,
    ),
    route("POST", `${single}/actions/change_ttl`, { ttl: ttlField }, (call) =>
      changed(call.ctx, "change_rrset_ttl", requireChangeable(call), {
        ttl: call.body.ttl ?? null,
      }),
    ),
    route(
      "POST",
      `${single}/actions/change_protection`,
      { change: { type: "boolean", required: true } },
      (call) => {
        const protection = { change: call.body.change };
        return changed(call.ctx, "change_rrset_protection", requireRrset(call), { protection });
      },
    ),
    route("POST", `${single}/actions/set_records`, { records: recordsField }, (call) => {
      const row = requireChangeable(call);
      const { records: given } = call.body;
      const records = row.type === "SOA" ? changedSoa(row, given) : checkedRecords(row.type, given);
      return changed(call.ctx, "set_rrset_records", row, { records });
    }),
    route(
      "POST",
      `${single}/actions/add_records`,
      { records: recordsField, ttl: ttlField },
      (call) => addRecords(call, call.body),
    ),
    route("POST", `${single}/actions/remove_records`, { records: recordsField }, (call) => {
      const row = requireRemovable(call);
      const removed = new Set(
        checkedRecords(row.type, call.body.records).map(({ value }) => value),
      );
      const records = row.records.filter(({ value }) => !removed.has(value));
      if (records.length > 0) return changed(call.ctx, "remove_rrset_records", row, { records });
      // Removing the last record removes the record set.
      call.ctx.store.table(rrsetKind).remove(row.id);
      return { action: start(call.ctx, "remove_rrset_records", row.zone) };
    }),
    route("POST", `${single}/actions/update_records`, { records: recordsField }, (call) => {
      const row = requireChangeable(call);
      const given = checkedRecords(row.type, call.body.records);
      for (const { value } of given)
        if (!row.records.some((record) => record.value === value))
          throw invalidField("records", `'${value}' is not in the record set`);
      const records = row.records.map(
        (record) => given.find(({ value }) => value === record.value) ?? record,
      );
      return changed(call.ctx, "update_rrset_records", row, { records });
    }),
  ],
});

/** Adds records to a record set, or creates the record set. */
function addRecords(
  call: Call,
  body: { readonly records?: Parameters<typeof checkedRecords>[1]; readonly ttl?: number | null },
) {
  const { ctx, params } = call;
  const { zone, rrset } = findRrset(call);
  const type = params.type ?? "";
  const added = checkedRecords(type, body.records);
  if (!rrset) {
    insertRrset(ctx, zone, { name: params.name ?? "", type, ttl: body.ttl, records: added });
    return { action: start(ctx, "add_rrset_records", zone.id) };
  }
  const row = requireChangeable(call);
  if (body.ttl !== undefined && body.ttl !== row.ttl)
    throw invalidField("ttl", "differs from that of the record set");
  const records = checkedRecords(type, [...row.records, ...added]);
  return changed(ctx, "add_rrset_records", row, { records });
}
