import { existsSync, readdirSync, rmSync } from "node:fs";
import type { SandboxIdentity } from "../identity";
import { groupedHosts, killGroup, removeHostGroups } from "./cgroups";
import { removeHostNetwork, detachPrivateNetwork } from "./hostNetwork";
import { findHostProcesses } from "./hostProcess";
import { hostFolder, hostsFolder, privateNamespace } from "./names";
import { namespacesOf } from "./netns";
import { signal } from "./processes";

/**
 * Ends one host and removes its disk, links and names, whoever created them. Its console log stays.
 * Finds everything by names that contain the host's id. Idempotent.
 */
export async function removeHost(identity: SandboxIdentity, id: number): Promise<void> {
  await endHost(identity, id);
  const prefix = privateNamespace(identity, 0).slice(0, -1);
  for (const name of namespacesOf(identity.name).filter((name) => name.startsWith(prefix))) {
    await detachPrivateNetwork(identity, id, Number(name.slice(prefix.length)));
  }
  await removeHostNetwork(identity, id);
  rmSync(hostFolder(identity, id), { recursive: true, force: true });
}

/**
 * Ends all processes of a host, waits until they have ended, and removes its control groups. No-op
 * when there are none.
 *
 * The next boot needs new groups: a kernel (6.18) ends each process that is cloned into another
 * group than its parent's if cgroup.kill was written to one of the two.
 */
export async function endHost(identity: SandboxIdentity, id: number): Promise<void> {
  // A process that has just been started is not in its control group yet.
  const pid = findHostProcesses(identity).get(id);
  if (pid !== undefined) signal(pid, "SIGKILL");
  await killGroup(identity, id);
  removeHostGroups(identity, id);
}

/** Ids of all hosts that have a disk, a process or a control group on the machine. */
export function hostsOnMachine(identity: SandboxIdentity): number[] {
  const folder = hostsFolder(identity);
  const disks = existsSync(folder) ? readdirSync(folder).map(Number) : [];
  const processes = findHostProcesses(identity).keys();
  return [...new Set([...disks, ...processes, ...groupedHosts(identity)])];
}
