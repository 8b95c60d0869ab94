import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { SandboxIdentity } from "../identity";
import { removeSandboxGroups } from "./cgroups";
import { run } from "./exec";
import { endHost, hostsOnMachine } from "./hostRemoval";
import { consoleLog, hostsFolder } from "./names";
import { tearDownNetwork } from "./network";
import { deleteNamespace, namespacesOf } from "./netns";

/**
 * Removes all hosts of a sandbox and its network, also the rest of a sandbox that was killed or
 * started only half. It needs no server and no list. The server must not run. Idempotent; needs
 * root.
 *
 * Order: processes (found by their arguments and control groups, so no other process is affected),
 * control groups, links and namespaces, disks, console logs.
 */
export async function removeAll(identity: SandboxIdentity): Promise<void> {
  await Promise.all(hostsOnMachine(identity).map((id) => endHost(identity, id)));
  removeSandboxGroups(identity);
  await tearDownNetwork(identity);
  for (const namespace of namespacesOf(identity.name)) await deleteNamespace(namespace);
  await unmountBelow(hostsFolder(identity));
  rmSync(hostsFolder(identity), { recursive: true, force: true });
  rmSync(dirname(consoleLog(identity, "any")), { recursive: true, force: true });
}

/**
 * Hosts mount in namespaces of their own. This unmounts what a user has mounted to inspect a disk.
 */
async function unmountBelow(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    // Special characters such as spaces are octal numbers in this file (proc(5)).
    .map((path) =>
      path.replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
  for (const point of points) await run("umount", [point]);
}
