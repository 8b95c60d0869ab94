import { findIso, isoList } from "../catalogue/isos";
import { findServerType } from "../catalogue/serverTypes";
import type { Context } from "../context";
import { apiError, invalidField, notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

import { randomPassword } from "./serverCreate";
import { requireServer, startAction } from "./serverPower";
import { serverKind, type ServerRow } from "./serverRow";
import { sshKeyKind } from "./sshKeys";

const rescueFields = {
  type: { type: "string", oneOf: ["linux64"] },
  ssh_keys: { type: "array", items: { type: "integer" } },
} as const;

function change(ctx: Context, command: string, id: number, patch: Partial<ServerRow>) {
  ctx.store.table(serverKind).update(id, patch);
  return startAction(ctx, command, id);
}

/** Other systems that a server may boot: data alone, a host always boots its own. */
export const serverMedia = defineResource({
  kind: "iso",
  commands: {
    enable_rescue: { locks: true },
    disable_rescue: { locks: true },
    attach_iso: { locks: true },
    detach_iso: { locks: true },
  },
  routes: [
    route("GET", "/isos", {}, ({ query }) => {
      const filters = { architecture: (row: { architecture: string }) => row.architecture };
      const page = listPage(isoList, query, { sort: ["id", "name"], filters });
      return { isos: page.rows, meta: page.meta };
    }),
    route("GET", "/isos/:id", {}, ({ params }) => ({ iso: requireIso(params.id ?? "") })),
    route("POST", "/servers/:id/actions/enable_rescue", rescueFields, ({ ctx, params, body }) => {
      const server = requireServer(ctx, params.id);
      for (const key of body.ssh_keys ?? []) ctx.store.table(sshKeyKind).require(key);
      if (server.rescue_enabled) throw apiError("conflict", "rescue is already enabled");
      return {
        ...change(ctx, "enable_rescue", server.id, { rescue_enabled: true }),
        root_password: randomPassword(),
      };
    }),
    route("POST", "/servers/:id/actions/disable_rescue", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      return change(ctx, "disable_rescue", server.id, { rescue_enabled: false });
    }),
    route(
      "POST",
      "/servers/:id/actions/attach_iso",
      { iso: { type: "idOrName", required: true } },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        const iso = requireIso(body.iso);
        if (iso.architecture !== findServerType(server.server_type)?.architecture)
          throw invalidField("iso", "architecture does not match that of the server");
        return change(ctx, "attach_iso", server.id, { iso: iso.id });
      },
    ),
    route("POST", "/servers/:id/actions/detach_iso", {}, ({ ctx, params }) => {
      const server = requireServer(ctx, params.id);
      return change(ctx, "detach_iso", server.id, { iso: null });
    }),
  ],
});

function requireIso(idOrName: number | string) {
  const iso = findIso(idOrName);
  if (!iso) throw notFound("iso", idOrName);
  return iso;
}
