import { apiError } from "../../errors";
import { definePart, route } from "../../resource";

import { sshKeyKind } from "../sshKeys";
import { changeServer, requireServer } from "./serverActions";
import { randomPassword } from "./serverCreate";

const rescueFields = {
  type: { type: "string", oneOf: ["linux64"] },
  ssh_keys: { type: "array", items: { type: "integer" } },
} as const;

/** The rescue system is stored in the state only: a host always boots its own system. */
export const serverRescue = definePart({
  commands: { enable_rescue: { locks: true }, disable_rescue: { locks: true } },
  routes: [
    route("POST", "/servers/:id/actions/enable_rescue", rescueFields, ({ ctx, params, body }) => {
      const server = requireServer(ctx, params.id);
      for (const key of body.ssh_keys ?? []) ctx.store.table(sshKeyKind).require(key);
      if (server.rescue_enabled) throw apiError("conflict", "rescue is already enabled");
      return {
        ...changeServer(ctx, "enable_rescue", server.id, { rescue_enabled: true }),
        root_password: randomPassword(),
      };
    }),
    route("POST", "/servers/:id/actions/disable_rescue", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      return changeServer(ctx, "disable_rescue", server.id, { rescue_enabled: false });
    }),
  ],
});
