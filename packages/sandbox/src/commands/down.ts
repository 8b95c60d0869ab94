import { removeAll } from "../hosts/cleanup";
import { sandboxIdentity } from "../identity";
import { endLeftPlugins } from "../leftPlugins";
import { stopServer } from "../serverProcess";
import { heldSlot, releaseSlot } from "../slots";
import { readState, removeState } from "../state";
import type { Log } from "../cliSupport";

/**
 * Ends the sandbox in a folder and removes all that it made, also what a killed or half-started one
 * left. Caches stay. No-op where there is none.
 */
export async function down(dir: string, log: Log): Promise<void> {
  await endLeftPlugins(dir);
  await stopServer(dir);
  const slot = heldSlot(dir) ?? readState(dir)?.slot;
  if (slot === undefined) {
    removeState(dir);
    log("no sandbox runs here");
    return;
  }
  const identity = sandboxIdentity(dir, slot);
  // Without root there can be no hosts, and nothing of theirs to remove.
  if (process.getuid?.() === 0) await removeAll(identity);
  removeState(dir);
  releaseSlot(slot, dir);
  log(`${identity.name} is gone`);
}
