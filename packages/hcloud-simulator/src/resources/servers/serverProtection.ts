import { invalidField } from "../../errors";
import { definePart, route } from "../../resource";

import { requireServer, startAction } from "./serverActions";
import { serverKind } from "./serverRow";

const protectionFields = { delete: { type: "boolean" }, rebuild: { type: "boolean" } } as const;

export const serverProtection = definePart({
  routes: [
    route("POST", "/servers/:id/actions/change_protection", protectionFields, (call) => {
      const { ctx, params, body } = call;
      const server = requireServer(ctx, params.id);
      const protection = { ...server.protection, ...body };
      if (protection.delete !== protection.rebuild)
        throw invalidField("rebuild", "delete and rebuild protection must be the same");
      ctx.store.table(serverKind).update(server.id, { protection });
      return startAction(ctx, "change_protection", server.id);
    }),
  ],
});
