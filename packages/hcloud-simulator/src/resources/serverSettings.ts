import type { Context } from "../context";
import { apiError, invalidField } from "../errors";
import { defineResource, route } from "../resource";

import { startHost } from "./hosts";
import { placementGroupKind, requireRoom } from "./placementGroups";
import { primaryIpKind } from "./primaryIpRow";
import { ptrFields, withPtr } from "./reverseNames";
import { requireServer, serverOf, settlePower, startAction } from "./serverPower";
import { serverKind, type ServerRow } from "./serverRow";

const protectionFields = { delete: { type: "boolean" }, rebuild: { type: "boolean" } } as const;

export const serverSettings = defineResource({
  kind: "server_settings",
  commands: {
    // Hetzner starts the server at the end; the provider's own test sees it running.
    add_to_placement_group: {
      locks: true,
      run: (ctx, action) => startHost(ctx, serverOf(action)),
      done: settlePower,
      failed: settlePower,
    },
    remove_from_placement_group: { locks: true },
  },
  routes: [
    route("POST", "/servers/:id/actions/change_dns_ptr", ptrFields, ({ ctx, params, body }) => {
      const server = requireServer(ctx, params.id);
      const address = addressFor(ctx, server, body.ip);
      const names = withPtr(address, body.ip, body.dns_ptr ?? null);
      ctx.store.table(primaryIpKind).update(address.id, { dns_ptr: names });
      return startAction(ctx, "change_dns_ptr", server.id);
    }),
    route("POST", "/servers/:id/actions/change_protection", protectionFields, (call) => {
      const { ctx, params, body } = call;
      const server = requireServer(ctx, params.id);
      const protection = { ...server.protection, ...body };
      if (protection.delete !== protection.rebuild)
        throw invalidField("rebuild", "delete and rebuild protection must be the same");
      ctx.store.table(serverKind).update(server.id, { protection });
      return startAction(ctx, "change_protection", server.id);
    }),
    route(
      "POST",
      "/servers/:id/actions/add_to_placement_group",
      { placement_group: { type: "integer", required: true } },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        if (server.status !== "off") throw apiError("server_not_stopped", "server is not stopped");
        if (server.placement_group !== null)
          throw apiError("conflict", "server is already in a placement group");
        requireRoom(ctx, body.placement_group);
        ctx.store.table(serverKind).update(server.id, { placement_group: body.placement_group });
        return startAction(ctx, "add_to_placement_group", server.id);
      },
    ),
    route("POST", "/servers/:id/actions/remove_from_placement_group", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      if (server.placement_group === null)
        throw apiError("not_found", `server is in no ${placementGroupKind.name}`);
      ctx.store.table(serverKind).update(server.id, { placement_group: null });
      return startAction(ctx, "remove_from_placement_group", server.id);
    }),
  ],
});

/** The primary IP of a server that an address belongs to. */
function addressFor(ctx: Context, server: ServerRow, ip: string) {
  const id = ip.includes(":") ? server.ipv6 : server.ipv4;
  if (id === null) throw invalidField("ip", "does not belong to this server");
  return ctx.store.table(primaryIpKind).require(id);
}
