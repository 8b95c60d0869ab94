import type { Context } from "../../context";

import { hostSpec, refreshFirewall } from "./hosts";
import { setStatus } from "./serverActions";
import { serverKind, type ServerRow } from "./serverRow";

/** After a restart: hosts that still run are taken over, those that should run are booted. */
export async function adoptHosts(ctx: Context): Promise<void> {
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
