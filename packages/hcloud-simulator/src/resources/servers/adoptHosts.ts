import type { Context } from "../../context";

import { hostSpec, refreshFirewall } from "./hosts";
import { setStatus } from "./serverActions";
import { serverKind, type ServerRow } from "./serverRow";

/**
 * Adopts the hosts after a restart of the simulator: keeps those that still run, and boots those
 * that should run.
 */
export async function adoptHosts(ctx: Context): Promise<void> {
  const table = ctx.store.table(serverKind);
  ctx.driver.onStateChange((id, running) => {
    // A running action sets the status itself.
    if (!table.get(id)?.host_made || ctx.actions.isLocked(serverKind.name, id)) return;
    ctx.store.transaction(() => {
      setStatus(ctx, id, running ? "running" : "off");
    });
  });
  const made = table.all().filter((row) => row.host_made);
  const specs = made.map((row) => ({ ...hostSpec(ctx, row), shouldRun: shouldRun(row.status) }));
  await logFailure("adopting the hosts", ctx.driver.adopt(specs));
  await Promise.all(
    made.map(({ id }) => logFailure(`firewall of server ${id}`, refreshFirewall(ctx, id))),
  );
  ctx.store.transaction(() => {
    for (const { id, status } of made)
      if (status === "running" || status === "off")
        setStatus(ctx, id, ctx.driver.isRunning(id) ? "running" : "off");
  });
}

/**
 * Logs a failure instead of throwing it: a host that cannot be adopted is shown as off and must not
 * stop the API from starting.
 */
async function logFailure(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

function shouldRun(status: ServerRow["status"]): boolean {
  return status === "running" || status === "starting";
}
