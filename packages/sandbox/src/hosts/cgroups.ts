import { existsSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxIdentity } from "../identity";
import { waitUntil } from "./exec";

/**
 * Every host has its own control groups, `<sandbox>/<host id>` at the top of the hierarchies that
 * systemd uses. They separate the hosts' init systems, list all processes of a host, and can end
 * them all at once (cgroup.kill, kernel 5.14).
 */

/**
 * Mount points of the unified hierarchy (first) and, if it exists, of systemd's own version 1
 * hierarchy.
 */
export function cgroupMounts(mounts = readFileSync("/proc/mounts", "utf8")): string[] {
  const rows = mounts.split("\n").map((line) => line.split(" "));
  const unified = rows.filter(([, , type]) => type === "cgroup2").slice(0, 1);
  const named = rows.filter(
    ([, , type, options]) => type === "cgroup" && options?.split(",").includes("name=systemd"),
  );
  return [...unified, ...named.slice(0, 1)].map(([, mountPoint]) => mountPoint ?? "");
}

/** The sandbox's folder in each hierarchy, the unified one first. */
const sandboxGroups = (identity: SandboxIdentity): string[] =>
  cgroupMounts().map((mountPoint) => join(mountPoint, identity.name));

export const hostGroups = (identity: SandboxIdentity, id: number): string[] =>
  sandboxGroups(identity).map((group) => join(group, id.toString()));

/** Pids in a group of a host. The path is relative to the host's own group. */
function pidsIn(identity: SandboxIdentity, id: number, path: string): number[] {
  const file = join(hostGroups(identity, id)[0] ?? "", path, "cgroup.procs");
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch (error) {
    // ENODEV: the group was removed after its file was opened, as at a reboot of the host.
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** Pid of the host's init on the machine; undefined until it has created its own groups. */
export const initPid = (identity: SandboxIdentity, id: number): number | undefined =>
  pidsIn(identity, id, "machine/payload/init.scope")[0];

/** Pid of the host's systemd-nspawn. */
export const nspawnPid = (identity: SandboxIdentity, id: number): number | undefined =>
  pidsIn(identity, id, "machine/supervisor")[0];

/**
 * Ends all processes of a host at once and waits until they have ended. No-op when there are none.
 */
export async function killGroup(identity: SandboxIdentity, id: number): Promise<void> {
  const group = hostGroups(identity, id)[0];
  if (group === undefined || !existsSync(group)) return;
  writeFileSync(join(group, "cgroup.kill"), "1");
  const populated = (): boolean =>
    readFileSync(join(group, "cgroup.events"), "utf8").includes("populated 1");
  await waitUntil(`the processes in ${group} have ended`, () => !populated(), 20_000);
}

/** Removes the groups of a host, which must be empty. */
export function removeHostGroups(identity: SandboxIdentity, id: number): void {
  for (const group of hostGroups(identity, id)) removeGroupTree(group);
}

/** Removes the groups of the sandbox, which must be empty. */
export function removeSandboxGroups(identity: SandboxIdentity): void {
  for (const group of sandboxGroups(identity)) removeGroupTree(group);
}

/** Ids of the hosts with control groups. */
export function groupedHosts(identity: SandboxIdentity): number[] {
  const ids = sandboxGroups(identity)
    .filter((group) => existsSync(group))
    .flatMap((group) => readdirSync(group))
    .filter((entry) => /^\d+$/.test(entry));
  return [...new Set(ids)].map(Number);
}

/**
 * Removes a group and its subgroups with rmdir, from the leaves up. The files in them belong to the
 * kernel.
 */
function removeGroupTree(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroupTree(join(group, entry.name));
  }
  rmdirSync(group);
}
