import { findServerType, serverTypeList } from "../../catalogue/serverTypes";
import type { Context } from "../../context";
import { apiError, notFound } from "../../errors";
import { definePart, route } from "../../resource";

import { startHost } from "./hosts";
import { powerCommand, requireServer, startAction } from "./serverActions";
import { serverKind, type ServerRow } from "./serverRow";

export const serverChangeType = definePart({
  // "This copies the content of its disk, and starts it again" (API reference).
  commands: { change_server_type: powerCommand(startHost) },
  routes: [
    route(
      "POST",
      "/servers/:id/actions/change_type",
      {
        server_type: { type: "idOrName", required: true },
        upgrade_disk: { type: "boolean", required: true },
      },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        if (server.status !== "off")
          throw apiError("server_not_stopped", "server must be stopped before changing type");
        const wanted = compatibleType(ctx, server, body.server_type);
        ctx.store.table(serverKind).update(server.id, {
          server_type: wanted.id,
          status: "migrating",
          ...(body.upgrade_disk && { primary_disk_size: wanted.disk }),
        });
        return startAction(ctx, "change_server_type", server.id);
      },
    ),
  ],
});

/** @throws ApiError not_found, invalid_server_type, resource_unavailable */
function compatibleType(ctx: Context, server: ServerRow, idOrName: number | string) {
  const wanted = findServerType(idOrName);
  if (!wanted) throw notFound("server_type", idOrName);
  const now = serverTypeList.find(({ id }) => id === server.server_type);
  const at = wanted.locations.find(({ name }) => name === server.location);
  const refuse = (message: string) => apiError("invalid_server_type", message);
  if (wanted.id === now?.id) throw refuse("server already has this server type");
  if (wanted.architecture !== now?.architecture) throw refuse("architecture does not match");
  if (wanted.disk < server.primary_disk_size) throw refuse("disk of the server type is too small");
  if (!at || at.deprecation) throw refuse("server type is not offered at the server's location");
  if (!at.available || ctx.faults.isSoldOut(wanted.name, server.location))
    throw apiError("resource_unavailable", "error during placement");
  return wanted;
}
