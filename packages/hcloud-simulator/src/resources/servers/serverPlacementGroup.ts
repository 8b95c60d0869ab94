import { apiError } from "../../errors";
import { definePart, route } from "../../resource";

import { placementGroupKind, requireRoom } from "../placementGroups";
import { startHost } from "./hosts";
import { powerCommand, requireServer, startAction } from "./serverActions";
import { serverKind } from "./serverRow";

export const serverPlacementGroup = definePart({
  commands: {
    // Hetzner starts the server at the end: the provider's own test expects a running server.
    add_to_placement_group: powerCommand(startHost),
    remove_from_placement_group: { locks: true },
  },
  routes: [
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
        throw apiError("not_found", `server is not in a ${placementGroupKind.name}`);
      ctx.store.table(serverKind).update(server.id, { placement_group: null });
      return startAction(ctx, "remove_from_placement_group", server.id);
    }),
  ],
});
