import { findServerType, serverTypeList, type ServerType } from "../catalogue/serverTypes";
import type { Context } from "../context";
import { notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const serverTypes = defineResource({
  kind: "server_type",
  routes: [
    route("GET", "/server_types", {}, ({ ctx, query }) => {
      const page = listPage(serverTypeList, query, { sort: ["id", "name"] });
      return { server_types: page.rows.map((row) => toWire(ctx, row)), meta: page.meta };
    }),
    route("GET", "/server_types/:id", {}, ({ ctx, params }) => {
      const serverType = findServerType(Number(params.id));
      if (!serverType) throw notFound("server_type", params.id ?? "");
      return { server_type: toWire(ctx, serverType) };
    }),
  ],
});

/** The server type with its current availability. */
function toWire(ctx: Context, row: ServerType): ServerType {
  return { ...row, locations: ctx.faults.availability(row.name, row.locations) };
}
