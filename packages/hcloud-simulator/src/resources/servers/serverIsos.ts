import { findServerType } from "../../catalogue/serverTypes";
import { invalidField } from "../../errors";
import { definePart, route } from "../../resource";

import { requireIso } from "../isos";
import { changeServer, requireServer } from "./serverActions";

/** An attached ISO is stored in the state only: a host always boots its own system. */
export const serverIsos = definePart({
  commands: { attach_iso: { locks: true }, detach_iso: { locks: true } },
  routes: [
    route(
      "POST",
      "/servers/:id/actions/attach_iso",
      { iso: { type: "idOrName", required: true } },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        const iso = requireIso(body.iso);
        if (iso.architecture !== findServerType(server.server_type)?.architecture)
          throw invalidField("iso", "architecture does not match that of the server");
        return changeServer(ctx, "attach_iso", server.id, { iso: iso.id });
      },
    ),
    route("POST", "/servers/:id/actions/detach_iso", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      return changeServer(ctx, "detach_iso", server.id, { iso: null });
    }),
  ],
});
