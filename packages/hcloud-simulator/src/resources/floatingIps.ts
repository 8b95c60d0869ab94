import { findLocation } from "../catalogue/locations";
import type { Context } from "../context";
import { apiError, invalidField } from "../errors";
import type { Parsed } from "../fields";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField, nameAndLabels, nameField, readRoutes } from "./common";
import { floatingIpKind, type FloatingIpRow } from "./floatingIpRow";
import { freeAddress } from "./publicAddresses";
import { dnsPtrs, ptrFields, withPtr } from "./reverseNames";
import { requireServer } from "./servers/serverActions";
import { serverKind, type ServerRow } from "./servers/serverRow";

function toWire(_ctx: unknown, row: FloatingIpRow) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    type: row.type,
    ip: row.ip,
    server: row.server,
    home_location: findLocation(row.home_location),
    blocked: false,
    created: row.created,
    dns_ptr: dnsPtrs(row),
    labels: row.labels,
    protection: row.protection,
  };
}

const collection = {
  path: "floating_ips",
  one: "floating_ip",
  toWire,
  list: { sort: ["id", "created"] },
} as const;

const descriptionField = { type: "string", nullable: true } as const;

const createFields = {
  type: { type: "string", required: true, oneOf: ["ipv4", "ipv6"] },
  home_location: { type: "string" },
  server: { type: "integer" },
  name: nameField,
  description: descriptionField,
  labels: labelsField,
} as const;

const updateFields = { name: nameField, description: descriptionField, labels: labelsField };

function requireIp(ctx: Context, id: string | undefined): FloatingIpRow {
  return ctx.store.table(floatingIpKind).require(id ?? "");
}

/** @throws ApiError when the server is in another network zone; the error code is a guess */
function requireSameZone(server: ServerRow, homeLocation: string): void {
  const zone = (name: string) => findLocation(name)?.network_zone;
  if (zone(server.location) !== zone(homeLocation))
    throw apiError("service_error", "server is in another network zone than the floating IP");
}

/** @throws ApiError resource_limit_exceeded, invalid_input, not_found, locked, uniqueness_error */
function create(ctx: Context, body: Parsed<typeof createFields>): FloatingIpRow {
  const { store } = ctx;
  const server = body.server === undefined ? undefined : requireServer(ctx, String(body.server));
  const location = body.home_location ?? server?.location;
  if (location === undefined)
    throw invalidField("home_location", "Missing data: name a home_location or a server.");
  if (!findLocation(location)) throw invalidField("home_location", `'${location}' does not exist`);
  if (server) requireSameZone(server, location);
  ctx.limits.requireRoom("floating_ips", floatingIpKind);
  return store.table(floatingIpKind).insert({
    name: body.name ?? `floating_ip-${store.peek("resource").toString()}`,
    description: body.description ?? null,
    type: body.type,
    ip: freeAddress(ctx, body.type),
    home_location: location,
    server: server?.id ?? null,
    labels: body.labels ?? {},
    protection: { delete: false },
    dns_ptr: {},
    created: new Date().toISOString(),
  });
}

/** Starts an action about a floating IP and, if given, a server. */
function started(ctx: Context, command: string, row: FloatingIpRow, server?: number) {
  const about = [{ id: row.id, type: floatingIpKind.name }];
  if (server !== undefined) about.push({ id: server, type: serverKind.name });
  return ctx.actions.toWire(ctx.actions.start(command, about));
}

/**
 * Addresses that do not depend on a server and can move between running servers. No packet for a
 * floating IP reaches a host.
 */
export const floatingIps = defineResource({
  kind: "floating_ip",
  commands: { assign_floating_ip: {}, unassign_floating_ip: {} },
  routes: [
    ...readRoutes(floatingIpKind, collection),
    ...actionRoutes("floating_ips", floatingIpKind.name, (ctx, id) => requireIp(ctx, id).id),
    route("POST", "/floating_ips", createFields, ({ ctx, body }) => {
      const row = create(ctx, body);
      const { server } = row;
      const action = server === null ? null : started(ctx, "assign_floating_ip", row, server);
      return { floating_ip: toWire(ctx, row), action };
    }),
    route("PUT", "/floating_ips/:id", updateFields, ({ ctx, params, body }) => {
      const row = ctx.store.table(floatingIpKind).update(requireIp(ctx, params.id).id, {
        ...nameAndLabels(body),
        ...(body.description !== undefined && { description: body.description }),
      });
      return { floating_ip: toWire(ctx, row) };
    }),
    route("DELETE", "/floating_ips/:id", {}, ({ ctx, params }) => {
      const row = requireIp(ctx, params.id);
      if (row.protection.delete) throw apiError("protected", "floating IP is protected");
      // Since May 2026 (announced). Before, the delete also unassigned it.
      if (row.server !== null)
        throw apiError("must_be_unassigned", "floating IP must be unassigned first");
      ctx.store.table(floatingIpKind).remove(row.id);
    }),
    ...actionsOfOne(),
  ],
});

function actionsOfOne() {
  const path = (action: string) => `/floating_ips/:id/actions/${action}`;
  const serverField = { server: { type: "integer", required: true } } as const;
  return [
    // An assigned floating IP moves at once, because the provider does not unassign it first.
    route("POST", path("assign"), serverField, ({ ctx, params, body }) => {
      const row = requireIp(ctx, params.id);
      const server = requireServer(ctx, String(body.server));
      requireSameZone(server, row.home_location);
      ctx.store.table(floatingIpKind).update(row.id, { server: server.id });
      return { action: started(ctx, "assign_floating_ip", row, server.id) };
    }),
    route("POST", path("unassign"), {}, ({ ctx, params }) => {
      const row = requireIp(ctx, params.id);
      if (row.server === null) throw apiError("service_error", "floating IP is not assigned");
      const server = requireServer(ctx, String(row.server));
      ctx.store.table(floatingIpKind).update(row.id, { server: null });
      return { action: started(ctx, "unassign_floating_ip", row, server.id) };
    }),
    route("POST", path("change_dns_ptr"), ptrFields, ({ ctx, params, body }) => {
      const row = requireIp(ctx, params.id);
      const names = withPtr(row, body.ip, body.dns_ptr ?? null);
      ctx.store.table(floatingIpKind).update(row.id, { dns_ptr: names });
      return { action: started(ctx, "change_dns_ptr", row) };
    }),
    route("POST", path("change_protection"), { delete: { type: "boolean" } }, (call) => {
      const { ctx, params, body } = call;
      const row = requireIp(ctx, params.id);
      const protection = { delete: body.delete ?? row.protection.delete };
      ctx.store.table(floatingIpKind).update(row.id, { protection });
      return { action: started(ctx, "change_protection", row) };
    }),
  ];
}
