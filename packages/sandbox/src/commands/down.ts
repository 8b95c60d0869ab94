import { removeAll } from "../hosts/cleanup";
import { sandboxIdentity } from "../identity";
import { stopMedia } from "../media/requests";
import { endOrphanedPlugins } from "../orphanedPlugins";
import { stopServer } from "../serverProcess";
import { heldSlot, releaseSlot } from "../slots";
import { readState, removeState } from "../state";
import type { Log } from "../cliSupport";

/**
 * Stops the sandbox in a folder and removes everything that it created, also the rest of a sandbox
 * that was killed or started only half. Caches stay. No-op when there is no sandbox.
 */
export async function down(dir: string, log: Log): Promise<void> {
  await endOrphanedPlugins(dir);
  await stopMedia(dir);
  await stopServer(dir);
  const slot = heldSlot(dir) ?? readState(dir)?.slot;
  if (slot === undefined) {
    removeState(dir);
    log("no sandbox runs here");
    return;
  }
  const identity = sandboxIdentity(dir, slot);
  // Without root there are no hosts to remove.
  if (process.getuid?.() === 0) await removeAll(identity);
  removeState(dir);
  releaseSlot(slot, dir);
  log(`${identity.name} was removed`);
}
