import type { Context } from "../../context";
import { definePart, route, type Call } from "../../resource";

import { withHost } from "./hosts";
import { powerCommand, requireServer, startAction } from "./serverActions";
import { serverKind, type ServerRow, type ServerStatus } from "./serverRow";

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

const running = (server: ServerRow): ServerStatus =>
  server.status === "running" ? "running" : "starting";
const stopping = (server: ServerRow): ServerStatus =>
  server.status === "off" ? "off" : "stopping";
const unchanged = (server: ServerRow): ServerStatus => server.status;

export const serverPower = definePart({
  commands: {
    stop_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.powerOff(id))),
    shutdown_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.shutdown(id))),
    reboot_server: powerCommand((ctx, id) => withHost(ctx, id, () => ctx.driver.reboot(id))),
    reset_server: powerCommand(reset),
  },
  routes: [
    power("poweron", "start_server", running),
    power("poweroff", "stop_server", stopping),
    power("shutdown", "shutdown_server", unchanged),
    power("reboot", "reboot_server", unchanged),
    power("reset", "reset_server", unchanged),
  ],
});
