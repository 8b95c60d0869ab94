import type { Context } from "../../context";
import { apiError } from "../../errors";
import { defineResource, route } from "../../resource";

import { actionRoutes, labelsField, nameAndLabels, readRoutes } from "../common";
import { firewallKind, firewallsOfServer } from "../firewallRow";
import { adoptHosts } from "./adoptHosts";
import { startHost } from "./hosts";
import { removeServer } from "./removeServer";
import { serverAccess } from "./serverAccess";
import { powerCommand, serverIdOf, setStatus, refreshStatus } from "./serverActions";
import { serverChangeType } from "./serverChangeType";
import { createFields, createServer, serverNameField } from "./serverCreate";
import { serverDnsPtr } from "./serverDnsPtr";
import { serverImages } from "./serverImages";
import { serverIsos } from "./serverIsos";
import { serverMetrics } from "./serverMetrics";
import { serverNetworks } from "./serverNetworks";
import { serverPlacementGroup } from "./serverPlacementGroup";
import { serverPower } from "./serverPower";
import { serverProtection } from "./serverProtection";
import { serverRebuild } from "./serverRebuild";
import { serverRescue } from "./serverRescue";
import { serverKind, type ServerRow } from "./serverRow";
import { serverToWire } from "./serverWire";

const collection = {
  path: "servers",
  one: "server",
  toWire: serverToWire,
  list: {
    sort: ["id", "name", "created"],
    filters: { status: (row: ServerRow) => row.status },
  },
} as const;

export const servers = defineResource({
  kind: "server",
  parts: [
    serverAccess,
    serverChangeType,
    serverDnsPtr,
    serverImages,
    serverIsos,
    serverMetrics,
    serverNetworks,
    serverPlacementGroup,
    serverPower,
    serverProtection,
    serverRebuild,
    serverRescue,
  ],
  commands: {
    create_server: {
      locks: true,
      done: (ctx, action) => {
        setStatus(ctx, serverIdOf(action), "off");
      },
    },
    start_server: powerCommand(startHost),
    delete_server: {
      locks: true,
      run: (ctx, action) =>
        ctx.driverCalls.run(serverIdOf(action), () => ctx.driver.delete(serverIdOf(action))),
      done: (ctx, action) => {
        removeServer(ctx, serverIdOf(action));
      },
      failed: refreshStatus,
    },
  },
  start: adoptHosts,
  routes: [
    ...readRoutes(serverKind, collection),
    ...actionRoutes(
      "servers",
      serverKind.name,
      (ctx, id) => ctx.store.table(serverKind).require(id).id,
    ),
    route("POST", "/servers", createFields, ({ ctx, body }) => {
      const { server, action, next, rootPassword } = createServer(ctx, body);
      return {
        server: serverToWire(ctx, server),
        action: ctx.actions.toWire(action),
        next_actions: next.map((item) => ctx.actions.toWire(item)),
        root_password: rootPassword,
      };
    }),
    route(
      "PUT",
      "/servers/:id",
      { name: serverNameField, labels: labelsField },
      ({ ctx, params, body }) => {
        const table = ctx.store.table(serverKind);
        const before = table.require(params.id ?? "");
        const row = table.update(before.id, nameAndLabels(body));
        reapplyFirewalls(ctx, before, row);
        return { server: serverToWire(ctx, row) };
      },
    ),
    route(
      "DELETE",
      "/servers/:id",
      {},
      ({ ctx, params }) => {
        const row = ctx.store.table(serverKind).require(params.id ?? "");
        if (row.protection.delete) throw apiError("protected", "server is protected");
        ctx.actions.requireUnlocked(serverKind.name, row.id);
        setStatus(ctx, row.id, "deleting");
        const action = ctx.actions.start("delete_server", [{ id: row.id, type: serverKind.name }]);
        return { action: ctx.actions.toWire(action) };
      },
      200,
    ),
  ],
});

/** Changed labels can match other firewalls. The API applies and removes them itself. */
function reapplyFirewalls(ctx: Context, before: ServerRow, after: ServerRow): void {
  const ids = (row: ServerRow) => firewallsOfServer(ctx, row).map(({ id }) => id);
  const [old, now] = [ids(before), ids(after)];
  const start = (command: string, firewall: number) =>
    ctx.actions.start(
      command,
      [
        { id: firewall, type: firewallKind.name },
        { id: after.id, type: serverKind.name },
      ],
      { input: { server: after.id } },
    );
  for (const id of now) if (!old.includes(id)) start("apply_firewall", id);
  for (const id of old) if (!now.includes(id)) start("remove_firewall", id);
}
