import { actionKind } from "../actions";
import { notFound } from "../errors";
import { defineResource, route } from "../resource";

import { listActions } from "./common";

export const actions = defineResource({
  kind: "action",
  // Commands that several resources have.
  commands: { change_dns_ptr: {}, change_protection: {} },
  routes: [
    route("GET", "/actions", {}, ({ ctx, query }) => {
      const table = ctx.store.table(actionKind);
      const wanted = query.id ?? [];
      // A missing one is an error, not a shorter list: clients would wait for ever.
      const missing = wanted.find((id) => !table.get(Number(id)));
      if (missing !== undefined) throw notFound("action", missing);
      return listActions(ctx, table.all(), query);
    }),
    route("GET", "/actions/:action_id", {}, ({ ctx, params }) => ({
      action: ctx.actions.toWire(ctx.store.table(actionKind).require(params.action_id ?? "")),
    })),
  ],
});
