import type { Context } from "../context";
import { apiError } from "../errors";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField, nameAndLabels, readRoutes } from "./common";
import { firewallKind, firewallsOfServer } from "./firewallRow";
import { floatingIpKind } from "./floatingIpRow";
import { hostSpec, refreshFirewall, startHost } from "./hosts";
import { imageKind } from "./imageRow";
import { deleteImage } from "./images";
import { primaryIpKind } from "./primaryIpRow";
import { createFields, createServer, serverNameField } from "./serverCreate";
import { removeBackups } from "./serverImages";
import { serverKind, type ServerRow } from "./serverRow";
import { serverToWire } from "./serverWire";
import { serverOf, settlePower } from "./serverPower";

const reading = {
  path: "servers",
  one: "server",
  toWire: serverToWire,
  list: {
    sort: ["id", "name", "created"],
    filters: { status: (row: ServerRow) => row.status },
  },
} as const;

export const servers = defineResource({
  kind: serverKind.name,
  commands: {
    create_server: {
      locks: true,
      done: (ctx, action) => {
        setStatus(ctx, serverOf(action), "off");
      },
    },
    start_server: {
      locks: true,
      run: (ctx, action) => startHost(ctx, serverOf(action)),
      done: settlePower,
      failed: settlePower,
    },
    delete_server: {
      locks: true,
      run: (ctx, action) =>
        ctx.driverCalls.run(serverOf(action), () => ctx.driver.delete(serverOf(action))),
      done: (ctx, action) => {
        removeServer(ctx, serverOf(action));
      },
      failed: settlePower,
    },
  },
  start: takeOverHosts,
  routes: [
    ...readRoutes(serverKind, reading),
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

function setStatus(ctx: Context, id: number, status: ServerRow["status"]): void {
  ctx.store.table(serverKind).update(id, { status });
}

/** Other labels may bring other firewalls; the API then applies them by itself. */
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

/** Takes a server out of the state, with the addresses that go with it. */
function removeServer(ctx: Context, id: number): void {
  const { store } = ctx;
  const server = store.table(serverKind).get(id);
  if (!server) return;
  for (const ipId of [server.ipv4, server.ipv6]) {
    const ip = ipId === null ? undefined : store.table(primaryIpKind).get(ipId);
    if (ip?.auto_delete) store.table(primaryIpKind).remove(ip.id);
    else if (ip) store.table(primaryIpKind).update(ip.id, { assignee_id: null });
  }
  for (const ip of store.table(floatingIpKind).all())
    if (ip.server === id) store.table(floatingIpKind).update(ip.id, { server: null });
  for (const firewall of store.table(firewallKind).all()) {
    const left = firewall.applied_to.filter(
      (target) => target.type !== "server" || target.server.id !== id,
    );
    if (left.length < firewall.applied_to.length)
      store.table(firewallKind).update(firewall.id, { applied_to: left });
  }
  store.table(serverKind).remove(id);
  removeBackups(ctx, id);
  // The trace of a deleted snapshot is of no use any more when its last server goes.
  const image = store.table(imageKind).get(server.image);
  if (image && image.deleted !== null) deleteImage(ctx, image.id);
}

/** After a restart: hosts that still run are taken over, those that should run are booted. */
async function takeOverHosts(ctx: Context): Promise<void> {
  const table = ctx.store.table(serverKind);
  ctx.driver.onStateChange((id, running) => {
    // While an action is at work it says itself what became of the host.
    if (!table.get(id)?.host_made || ctx.actions.isLocked(serverKind.name, id)) return;
    ctx.store.transaction(() => {
      setStatus(ctx, id, running ? "running" : "off");
    });
  });
  const made = table.all().filter((row) => row.host_made);
  const specs = made.map((row) => ({ ...hostSpec(ctx, row), shouldRun: shouldRun(row.status) }));
  await loudly("taking over the hosts", ctx.driver.adopt(specs));
  await Promise.all(
    made.map(({ id }) => loudly(`firewall of server ${id}`, refreshFirewall(ctx, id))),
  );
  ctx.store.transaction(() => {
    for (const { id, status } of made)
      if (status === "running" || status === "off")
        setStatus(ctx, id, ctx.driver.isRunning(id) ? "running" : "off");
  });
}

/** A host that cannot be taken over is shown as off; it must not keep the API from starting. */
async function loudly(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function shouldRun(status: ServerRow["status"]): boolean {
  return status === "running" || status === "starting";
}
