import type { ActionDefinition } from "../actions";
import { findLocation } from "../catalogue/locations";
import type { Context } from "../context";
import { apiError, invalidField } from "../errors";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField, nameAndLabels, nameField, readRoutes } from "./common";
import { changePublicAddresses } from "./servers/hosts";
import { createPrimaryIp } from "./primaryIpCreate";
import { primaryIpKind, type PrimaryIpRow } from "./primaryIpRow";
import { dnsPtrs, ptrFields, withPtr } from "./reverseNames";
import { requireServer } from "./servers/serverActions";
import { serverKind, type ServerRow } from "./servers/serverRow";

export function primaryIpToWire(_ctx: unknown, row: PrimaryIpRow) {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    ip: row.ip,
    labels: row.labels,
    location: findLocation(row.location),
    assignee_id: row.assignee_id,
    assignee_type: row.assignee_id === null ? "unassigned" : "server",
    auto_delete: row.auto_delete,
    blocked: false,
    created: row.created,
    dns_ptr: dnsPtrs(row),
    protection: row.protection,
  };
}

/**
 * The value that a list is filtered by: the first address of an IPv6 network, without the prefix
 * length.
 */
const addressOf = ({ ip }: PrimaryIpRow): string => ip.replace(/\/\d+$/, "");

const collection = {
  path: "primary_ips",
  one: "primary_ip",
  toWire: primaryIpToWire,
  list: { sort: ["id", "created"], filters: { ip: addressOf } },
} as const;

const createFields = {
  name: { ...nameField, required: true },
  type: { type: "string", required: true, oneOf: ["ipv4", "ipv6"] },
  location: { type: "string" },
  datacenter: { type: "string", removed: true },
  assignee_id: { type: "integer" },
  assignee_type: { type: "string", oneOf: ["server", "unassigned"] },
  auto_delete: { type: "boolean" },
  labels: labelsField,
} as const;

const assignFields = {
  assignee_id: { type: "integer", required: true },
  assignee_type: { type: "string", oneOf: ["server"] },
} as const;

function requireIp(ctx: Context, id: string | undefined): PrimaryIpRow {
  return ctx.store.table(primaryIpKind).require(id ?? "");
}

/**
 * A primary IP that can be changed now.
 *
 * @throws ApiError not_found, locked
 */
function requireUnlockedIp(ctx: Context, id: string | undefined): PrimaryIpRow {
  const row = requireIp(ctx, id);
  ctx.actions.requireUnlocked(primaryIpKind.name, row.id);
  return row;
}

/** Assigning and unassigning. The primary IP and the server are locked during the action. */
const addressChange: ActionDefinition = {
  locks: true,
  run: (ctx, action) => changePublicAddresses(ctx, Number(action.input.server)),
};

function reference(row: PrimaryIpRow) {
  return { id: row.id, type: primaryIpKind.name };
}

/**
 * @throws ApiError when the server runs, already has an address of this type, or is in another
 *   location
 */
function requireAssignable(server: ServerRow, type: PrimaryIpRow["type"], location: string): void {
  if (server.status !== "off") throw apiError("server_not_stopped", "server is not stopped");
  if (server[type] !== null)
    throw apiError(`server_has_${type}`, `server already has an ${type} address`);
  if (server.location !== location)
    throw apiError("primary_ip_datacenter_mismatch", "primary IP is in another location");
}

/**
 * Old clients send a data center or nothing. The message tells their users what to send instead.
 */
function noLocation(datacenter: string | undefined): string {
  const missing = "Missing data for required field.";
  if (datacenter === undefined) return missing;
  return `${missing} The API has no data centers any more: set a location instead of '${datacenter}'.`;
}

export const primaryIps = defineResource({
  kind: "primary_ip",
  commands: {
    create_primary_ip: {},
    assign_primary_ip: addressChange,
    unassign_primary_ip: addressChange,
  },
  routes: [
    ...readRoutes(primaryIpKind, collection),
    ...actionRoutes("primary_ips", primaryIpKind.name, (ctx, id) => requireIp(ctx, id).id),
    route("POST", "/primary_ips", createFields, ({ ctx, body }) => {
      const { assignee_id: assignee, type } = body;
      const server = assignee === undefined ? undefined : requireServer(ctx, String(assignee));
      const location = server?.location ?? body.location;
      if (location === undefined) throw invalidField("location", noLocation(body.datacenter));
      if (!findLocation(location)) throw invalidField("location", `'${location}' does not exist`);
      if (server) requireAssignable(server, type, location);
      const row = createPrimaryIp(ctx, {
        name: body.name,
        type,
        location,
        autoDelete: body.auto_delete ?? false,
        ...(body.labels && { labels: body.labels }),
        ...(server && { assignee: server.id }),
      });
      if (server) ctx.store.table(serverKind).update(server.id, { [type]: row.id });
      const action = server
        ? ctx.actions.start("assign_primary_ip", [reference(row), serverReference(server.id)], {
            input: { server: server.id },
          })
        : ctx.actions.start("create_primary_ip", [reference(row)]);
      return { primary_ip: primaryIpToWire(ctx, row), action: ctx.actions.toWire(action) };
    }),
    route(
      "PUT",
      "/primary_ips/:id",
      { name: nameField, labels: labelsField, auto_delete: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const row = ctx.store.table(primaryIpKind).update(requireIp(ctx, params.id).id, {
          ...nameAndLabels(body),
          ...(body.auto_delete !== undefined && { auto_delete: body.auto_delete }),
        });
        return { primary_ip: primaryIpToWire(ctx, row) };
      },
    ),
    route("DELETE", "/primary_ips/:id", {}, ({ ctx, params }) => {
      const row = requireIp(ctx, params.id);
      if (row.protection.delete) throw apiError("protected", "primary IP is protected");
      if (row.assignee_id !== null)
        throw apiError("must_be_unassigned", "primary IP must be unassigned first");
      ctx.store.table(primaryIpKind).remove(row.id);
    }),
    route("POST", "/primary_ips/:id/actions/assign", assignFields, ({ ctx, params, body }) => {
      const row = requireUnlockedIp(ctx, params.id);
      if (row.assignee_id !== null)
        throw apiError("primary_ip_already_assigned", "primary IP is already assigned");
      const server = requireServer(ctx, String(body.assignee_id));
      requireAssignable(server, row.type, row.location);
      ctx.store.table(primaryIpKind).update(row.id, { assignee_id: server.id });
      ctx.store.table(serverKind).update(server.id, { [row.type]: row.id });
      return startAddressChange(ctx, "assign_primary_ip", row, server.id);
    }),
    route("POST", "/primary_ips/:id/actions/unassign", {}, ({ ctx, params }) => {
      const row = requireUnlockedIp(ctx, params.id);
      if (row.assignee_id === null) throw apiError("service_error", "primary IP is not assigned");
      const server = requireServer(ctx, String(row.assignee_id));
      if (server.status !== "off") throw apiError("server_not_stopped", "server is not stopped");
      ctx.store.table(primaryIpKind).update(row.id, { assignee_id: null });
      ctx.store.table(serverKind).update(server.id, { [row.type]: null });
      return startAddressChange(ctx, "unassign_primary_ip", row, server.id);
    }),
    route("POST", "/primary_ips/:id/actions/change_dns_ptr", ptrFields, (call) => {
      const row = requireUnlockedIp(call.ctx, call.params.id);
      const names = withPtr(row, call.body.ip, call.body.dns_ptr ?? null);
      call.ctx.store.table(primaryIpKind).update(row.id, { dns_ptr: names });
      return started(call.ctx, "change_dns_ptr", row);
    }),
    route(
      "POST",
      "/primary_ips/:id/actions/change_protection",
      { delete: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const row = requireUnlockedIp(ctx, params.id);
        const protection = { delete: body.delete ?? row.protection.delete };
        ctx.store.table(primaryIpKind).update(row.id, { protection });
        return started(ctx, "change_protection", row);
      },
    ),
  ],
});

function serverReference(id: number) {
  return { id, type: serverKind.name };
}

function started(ctx: Context, command: string, row: PrimaryIpRow) {
  return { action: ctx.actions.toWire(ctx.actions.start(command, [reference(row)])) };
}

function startAddressChange(ctx: Context, command: string, row: PrimaryIpRow, server: number) {
  const resources = [reference(row), serverReference(server)];
  return {
    action: ctx.actions.toWire(ctx.actions.start(command, resources, { input: { server } })),
  };
}
