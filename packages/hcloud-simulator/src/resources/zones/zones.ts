import type { Context } from "../../context";
import { apiError, invalidField } from "../../errors";
import type { FieldTable, Parsed } from "../../fields";
import { defineResource, route } from "../../resource";

import { actionRoutes, labelsField } from "../common";
import { listPage } from "../../listing";
import { checkedRecords, insertRrset, maxTtl, minTtl, rrsetFields } from "./rrsetRecords";
import {
  nameservers,
  requireZone,
  rrsetKind,
  rrsetsOf,
  soaSerial,
  zoneKind,
  zoneToWire,
  type ZoneRow,
} from "./zoneRow";
import { zonefile } from "./zonefile";
import { zoneRrsets } from "./zoneRrsets";
import { importZonefile } from "./zonefileImport";

const defaultTtl = 3600;
const maxPort = 65535;
const ttlField = { type: "integer", min: minTtl, max: maxTtl } as const;

const nameserversField = {
  type: "array",
  items: {
    type: "object",
    fields: {
      address: { type: "string", required: true },
      port: { type: "integer", min: 1, max: maxPort },
      tsig_algorithm: { type: "string", oneOf: ["hmac-md5", "hmac-sha1", "hmac-sha256"] },
      tsig_key: { type: "string", max: 512 },
    },
  },
} as const;

const domain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

const createFields = {
  name: { type: "string", required: true, max: 253, pattern: domain, check: zoneNameProblem },
  mode: { type: "string", required: true, oneOf: ["primary", "secondary"] },
  ttl: ttlField,
  labels: labelsField,
  primary_nameservers: nameserversField,
  rrsets: { type: "array", items: { type: "object", fields: rrsetFields } },
  zonefile: { type: "string" },
} as const satisfies FieldTable;

/**
 * Zones must be registrable domains. Without the public suffix list, two labels are accepted, or
 * three when the suffix looks like `co.uk`.
 */
function zoneNameProblem(name: string): string | undefined {
  const labels = name.split(".");
  const longSuffix = labels.length === 3 && /\.[a-z]{2,3}\.[a-z]{2}$/.test(name);
  return labels.length === 2 || longSuffix ? undefined : "must be a registrable domain";
}

function start(ctx: Context, command: string, zone: number) {
  return ctx.actions.toWire(ctx.actions.start(command, [{ id: zone, type: zoneKind.name }]));
}

function change(ctx: Context, command: string, row: ZoneRow, patch: Partial<ZoneRow>) {
  ctx.store.table(zoneKind).update(row.id, patch);
  return { action: start(ctx, command, row.id) };
}

export const zones = defineResource({
  kind: "zone",
  parts: [zonefile, zoneRrsets],
  commands: {
    create_zone: {},
    delete_zone: {},
    change_ttl: {},
    change_primary_nameservers: {},
  },
  routes: [
    ...actionRoutes("zones", zoneKind.name, (ctx, id) => requireZone(ctx, id).id),
    route("GET", "/zones", {}, ({ ctx, query }) => {
      const page = listPage(ctx.store.table(zoneKind).all(), query, {
        sort: ["id", "name", "created"],
        filters: { mode: (row) => row.mode },
      });
      return { zones: page.rows.map((row) => zoneToWire(ctx, row)), meta: page.meta };
    }),
    route("GET", "/zones/:id", {}, ({ ctx, params }) => ({
      zone: zoneToWire(ctx, requireZone(ctx, params.id)),
    })),
    route("POST", "/zones", createFields, ({ ctx, body }) => {
      if (body.zonefile !== undefined && body.rrsets !== undefined)
        throw invalidField("zonefile", "cannot be given together with rrsets");
      ctx.limits.requireRoom("zones", zoneKind);
      if (body.mode === "secondary" && (body.primary_nameservers ?? []).length === 0)
        throw invalidField("primary_nameservers", "must be set for a secondary zone");
      const zone = ctx.store.table(zoneKind).insert({
        name: body.name,
        mode: body.mode,
        ttl: body.ttl ?? defaultTtl,
        labels: body.labels ?? {},
        primary_nameservers: withPorts(body.primary_nameservers ?? []),
        protection: { delete: false },
        created: new Date().toISOString(),
      });
      if (zone.mode === "primary") insertManagedRrsets(ctx, zone);
      for (const rrset of body.rrsets ?? [])
        insertRrset(ctx, zone, { ...rrset, records: checkedRecords(rrset.type, rrset.records) });
      if (body.zonefile !== undefined) importZonefile(ctx, zone, body.zonefile);
      const made = requireZone(ctx, zone.id.toString());
      return { zone: zoneToWire(ctx, made), action: start(ctx, "create_zone", zone.id) };
    }),
    route("PUT", "/zones/:id", { labels: labelsField }, ({ ctx, params, body }) => {
      const patch = body.labels === undefined ? {} : { labels: body.labels };
      const zone = ctx.store.table(zoneKind).update(requireZone(ctx, params.id).id, patch);
      return { zone: zoneToWire(ctx, zone) };
    }),
    route(
      "DELETE",
      "/zones/:id",
      {},
      ({ ctx, params }) => {
        const zone = requireZone(ctx, params.id);
        if (zone.protection.delete) throw apiError("protected", "zone is protected");
        for (const { id } of rrsetsOf(ctx, zone.id)) ctx.store.table(rrsetKind).remove(id);
        ctx.store.table(zoneKind).remove(zone.id);
        return { action: start(ctx, "delete_zone", zone.id) };
      },
      201,
    ),
    route(
      "POST",
      "/zones/:id/actions/change_ttl",
      { ttl: { ...ttlField, required: true } },
      ({ ctx, params, body }) =>
        change(ctx, "change_ttl", requireZone(ctx, params.id), { ttl: body.ttl }),
    ),
    route(
      "POST",
      "/zones/:id/actions/change_protection",
      { delete: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const zone = requireZone(ctx, params.id);
        const protection = { delete: body.delete ?? zone.protection.delete };
        return change(ctx, "change_protection", zone, { protection });
      },
    ),
    route(
      "POST",
      "/zones/:id/actions/change_primary_nameservers",
      { primary_nameservers: { ...nameserversField, required: true } },
      ({ ctx, params, body }) => {
        const zone = requireZone(ctx, params.id);
        if (zone.mode !== "secondary")
          throw apiError("incorrect_zone_mode", "a primary zone has no primary nameservers");
        return change(ctx, "change_primary_nameservers", zone, {
          primary_nameservers: withPorts(body.primary_nameservers),
        });
      },
    ),
  ],
});

const dnsPort = 53;

/** With the default port where none is given. */
function withPorts(given: readonly Nameserver[]): ZoneRow["primary_nameservers"] {
  return given.map((server) => ({ ...server, port: server.port ?? dnsPort }));
}

type Nameserver = NonNullable<Parsed<typeof createFields>["primary_nameservers"]>[number];

/** Adds the SOA and NS record sets that each new zone has. The API maintains the SOA itself. */
function insertManagedRrsets(ctx: Context, zone: ZoneRow): void {
  const soa = `${nameservers[0] ?? ""} dns.hetzner.com. ${soaSerial()} 86400 10800 3600000 3600`;
  const record = (value: string) => ({ value, comment: "" });
  insertRrset(ctx, zone, { name: "@", type: "SOA", records: [record(soa)] });
  insertRrset(ctx, zone, { name: "@", type: "NS", records: nameservers.map(record) });
}
