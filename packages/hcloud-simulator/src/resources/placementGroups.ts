import type { Context } from "../context";
import { apiError } from "../errors";
import { defineResource, route } from "../resource";
import type { Kind } from "../store";

import {
  actionRoutes,
  labelsField,
  nameField,
  readRoutes,
  renameRoute,
  type NamedRow,
} from "./common";
import { serverKind } from "./servers/serverRow";

export interface PlacementGroupRow extends NamedRow {
  readonly type: "spread";
}

export const placementGroupKind: Kind<PlacementGroupRow> = {
  name: "placement_group",
  unique: ["name"],
};

export const maxServersPerGroup = 10;

/** Ids of the servers of a group. */
export function serversOf(ctx: Context, groupId: number): number[] {
  const servers = ctx.store.table(serverKind).all();
  return servers.filter((server) => server.placement_group === groupId).map(({ id }) => id);
}

/** @throws ApiError not_found, placement_error when the group is full */
export function requireRoom(ctx: Context, groupId: number): void {
  ctx.store.table(placementGroupKind).require(groupId);
  if (serversOf(ctx, groupId).length >= maxServersPerGroup)
    throw apiError("placement_error", "placement group has reached its limit of 10 servers");
}

export function placementGroupToWire(ctx: Context, row: PlacementGroupRow) {
  return { ...row, servers: serversOf(ctx, row.id) };
}

const collection = {
  path: "placement_groups",
  one: "placement_group",
  toWire: placementGroupToWire,
  list: { sort: ["id", "name", "created"], filters: { type: (r: PlacementGroupRow) => r.type } },
} as const;

const createFields = {
  name: { ...nameField, required: true },
  type: { type: "string", required: true, oneOf: ["spread"] },
  labels: labelsField,
} as const;

export const placementGroups = defineResource({
  kind: "placement_group",
  routes: [
    ...readRoutes(placementGroupKind, collection),
    ...actionRoutes(
      "placement_groups",
      placementGroupKind.name,
      (ctx, id) => ctx.store.table(placementGroupKind).require(id).id,
    ),
    renameRoute(placementGroupKind, collection),
    route("POST", "/placement_groups", createFields, ({ ctx, body }) => {
      ctx.limits.requireRoom("placement_groups", placementGroupKind);
      const row = ctx.store.table(placementGroupKind).insert({
        name: body.name,
        type: body.type,
        labels: body.labels ?? {},
        created: new Date().toISOString(),
      });
      return { placement_group: placementGroupToWire(ctx, row), action: null };
    }),
    route("DELETE", "/placement_groups/:id", {}, ({ ctx, params }) => {
      const table = ctx.store.table(placementGroupKind);
      const { id } = table.require(params.id ?? "");
      if (serversOf(ctx, id).length > 0)
        throw apiError("resource_in_use", "placement group still has servers");
      table.remove(id);
    }),
  ],
});
