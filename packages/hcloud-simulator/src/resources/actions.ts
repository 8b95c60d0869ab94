import { actionKind } from "../actions";
import { notFound } from "../errors";
import { defineResource, route } from "../resource";

import { listActions } from "./common";

export const actions = defineResource({
  kind: "action",
  // Commands that several resources share.
  commands: { change_dns_ptr: {}, change_protection: {} },
  routes: [
    route("GET", "/actions", {}, ({ ctx, query }) => {
      const table = ctx.store.table(actionKind);
      const wanted = query.id ?? [];
      // An unknown id is an error. With a shorter list instead, clients would wait for the missing
      // action forever.
      const missing = wanted.find((id) => !table.get(Number(id)));
      if (missing !== undefined) throw notFound("action", missing);
      return listActions(ctx, table.all(), query);
    }),
    route("GET", "/actions/:action_id", {}, ({ ctx, params }) => ({
      action: ctx.actions.toWire(ctx.store.table(actionKind).require(params.action_id ?? "")),
    })),
  ],
});
