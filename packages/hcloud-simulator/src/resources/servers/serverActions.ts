import type { ActionDefinition, ActionRow } from "../../actions";
import type { Context } from "../../context";

import { serverKind, type ServerRow, type ServerStatus } from "./serverRow";

/** Id of the server that an action is about. */
export function serverIdOf(action: ActionRow): number {
  const server = action.resources.find(({ type }) => type === serverKind.name);
  if (!server) throw new Error(`${action.command} has no server`);
  return server.id;
}

/** Sets the status of a server to the real state of its host. */
export function refreshStatus(ctx: Context, action: ActionRow): void {
  const table = ctx.store.table(serverKind);
  const server = table.get(serverIdOf(action));
  if (!server) return;
  const running = server.host_made && ctx.driver.isRunning(server.id);
  table.update(server.id, { status: running ? "running" : "off" });
}

/** A command that changes the power state of a host. Afterwards the status follows the host. */
export function powerCommand(run: (ctx: Context, id: number) => Promise<void>): ActionDefinition {
  return {
    locks: true,
    run: (ctx, action) => run(ctx, serverIdOf(action)),
    done: refreshStatus,
    failed: refreshStatus,
  };
}

/**
 * A server that can be changed now.
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

/** Changes fields of one server, starts an action about it and answers with the action. */
export function changeServer(ctx: Context, command: string, id: number, patch: Partial<ServerRow>) {
  ctx.store.table(serverKind).update(id, patch);
  return startAction(ctx, command, id);
}

/** Writes the status that the API shows for a server. */
export function setStatus(ctx: Context, id: number, status: ServerStatus): void {
  ctx.store.table(serverKind).update(id, { status });
}
