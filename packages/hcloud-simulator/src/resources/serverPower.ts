import type { ActionDefinition, ActionRow } from "../actions";
import { isGone } from "../catalogue/deprecation";
import { findServerType, serverTypeList } from "../catalogue/serverTypes";
import type { Context } from "../context";
import { apiError, invalidField, notFound } from "../errors";
import { defineResource, route, type Call } from "../resource";

import { hostSpec, startHost, withHost } from "./hosts";
import { findImage } from "./imageRow";
import { serverKind, userDataField, type ServerRow, type ServerStatus } from "./serverRow";

/** The server that an action is about. */
export function serverOf(action: ActionRow): number {
  const server = action.resources.find(({ type }) => type === serverKind.name);
  if (!server) throw new Error(`${action.command} is about no server`);
  return server.id;
}

/** Makes the status say what the host is really doing. */
export function settlePower(ctx: Context, action: ActionRow): void {
  const table = ctx.store.table(serverKind);
  const server = table.get(serverOf(action));
  if (!server) return;
  const running = server.host_made && ctx.driver.isRunning(server.id);
  table.update(server.id, { status: running ? "running" : "off" });
}

function powerCommand(run: (ctx: Context, id: number) => Promise<void>): ActionDefinition {
  return {
    locks: true,
    run: (ctx, action) => run(ctx, serverOf(action)),
    done: settlePower,
    failed: settlePower,
  };
}

/**
 * A server that may be changed now.
 *
 * @throws ApiError not_found, locked
 */
export function requireServer(ctx: Context, id: string | undefined): ServerRow {
  const server = ctx.store.table(serverKind).require(id ?? "");
  ctx.actions.requireUnlocked(serverKind.name, server.id);
  return server;
}

/** Starts an action about one server and answers with it. */
export function startAction(
  ctx: Context,
  command: string,
  id: number,
  input: Readonly<Record<string, unknown>> = {},
) {
  const action = ctx.actions.start(command, [{ id, type: serverKind.name }], { input });
  return { action: ctx.actions.toWire(action) };
}

/** `POST /servers/{id}/actions/<name>` without a body. */
function power(name: string, command: string, status: (server: ServerRow) => ServerStatus) {
  return route("POST", `/servers/:id/actions/${name}`, {}, ({ ctx, params }: Call) => {
    const server = requireServer(ctx, params.id);
    ctx.store.table(serverKind).update(server.id, { status: status(server) });
    return startAction(ctx, command, server.id);
  });
}

async function reset(ctx: Context, id: number): Promise<void> {
  await withHost(ctx, id, async () => {
    await ctx.driver.powerOff(id);
    await ctx.driver.powerOn(id);
  });
}

async function rebuild(ctx: Context, id: number): Promise<void> {
  await ctx.driverCalls.run(id, async () => {
    const server = ctx.store.table(serverKind).require(id);
    await ctx.driver.delete(id);
    await ctx.driver.create(hostSpec(ctx, server));
    ctx.store.transaction(() => ctx.store.table(serverKind).update(id, { host_made: true }));
  });
}

const running = (server: ServerRow): ServerStatus =>
  server.status === "running" ? "running" : "starting";
const stopping = (server: ServerRow): ServerStatus =>
  server.status === "off" ? "off" : "stopping";
const asBefore = (server: ServerRow): ServerStatus => server.status;

export const serverPower = defineResource({
  kind: "server_power",
  commands: {
    stop_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.powerOff(id))),
    shutdown_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.shutdown(id))),
    reboot_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.reboot(id))),
    reset_server: powerCommand(reset),
    rebuild_server: powerCommand(rebuild),
    // "This copies the content of its disk, and starts it again" (API reference).
    change_server_type: powerCommand(startHost),
  },
  routes: [
    power("poweron", "start_server", running),
    power("poweroff", "stop_server", stopping),
    power("shutdown", "shutdown_server", asBefore),
    power("reboot", "reboot_server", asBefore),
    power("reset", "reset_server", asBefore),
    route(
      "POST",
      "/servers/:id/actions/rebuild",
      { image: { type: "idOrName", required: true }, user_data: userDataField },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        if (server.protection.rebuild) throw apiError("protected", "server is protected");
        const architecture = findServerType(server.server_type)?.architecture ?? "x86";
        const image = findImage(ctx, body.image, architecture);
        if (image?.architecture !== architecture) throw notFound("image", body.image);
        if (isGone(image)) throw invalidField("image", "can no longer be ordered");
        if (image.status !== "available")
          throw apiError("resource_unavailable", "image is not available yet");
        if (image.disk_size > server.primary_disk_size)
          throw invalidField("image", "disk of the server is too small for the image");
        ctx.store.table(serverKind).update(server.id, {
          image: image.id,
          status: "rebuilding",
          ...(body.user_data !== undefined && { user_data: body.user_data }),
        });
        return { ...startAction(ctx, "rebuild_server", server.id), root_password: null };
      },
    ),
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
        const wanted = fittingType(ctx, server, body.server_type);
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
function fittingType(ctx: Context, server: ServerRow, idOrName: number | string) {
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
