import { existsSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxIdentity } from "../identity";
import { waitUntil } from "./exec";

/**
 * Every host has control groups of its own, `<sandbox>/<host id>` at the top of the hierarchies that
 * systemd uses. That keeps the hosts' init systems apart, names all processes of a host, and ends
 * them in one stroke (cgroup.kill, kernel 5.14).
 */

/** Mount points of the unified hierarchy (first) and of systemd's own version 1 hierarchy, if there is one. */
export function cgroupMounts(mounts = readFileSync("/proc/mounts", "utf8")): string[] {
  const rows = mounts.split("\n").map((line) => line.split(" "));
  const unified = rows.filter(([, , type]) => type === "cgroup2").slice(0, 1);
  const named = rows.filter(
    ([, , type, options]) => type === "cgroup" && options?.split(",").includes("name=systemd"),
  );
  return [...unified, ...named.slice(0, 1)].map(([, mountPoint]) => mountPoint ?? "");
}

/** The sandbox's folder in each hierarchy; the unified one first. */
const sandboxGroups = (identity: SandboxIdentity): string[] =>
  cgroupMounts().map((mountPoint) => join(mountPoint, identity.name));

export const hostGroups = (identity: SandboxIdentity, id: number): string[] =>
  sandboxGroups(identity).map((group) => join(group, id.toString()));

/** Pids in one group of a host, by its path below the host's own. */
function pidsIn(identity: SandboxIdentity, id: number, path: string): number[] {
  const file = join(hostGroups(identity, id)[0] ?? "", path, "cgroup.procs");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
}

/** Pid of the host's init as the machine sees it; undefined until it has set up its own groups. */
export const initPid = (identity: SandboxIdentity, id: number): number | undefined =>
  pidsIn(identity, id, "machine/payload/init.scope")[0];

/** Pid of the host's systemd-nspawn. */
export const nspawnPid = (identity: SandboxIdentity, id: number): number | undefined =>
  pidsIn(identity, id, "machine/supervisor")[0];

/** Ends all processes of a host at once and waits until they are gone. No-op when there is none. */
export async function killGroup(identity: SandboxIdentity, id: number): Promise<void> {
  const group = hostGroups(identity, id)[0];
  if (group === undefined || !existsSync(group)) return;
  writeFileSync(join(group, "cgroup.kill"), "1");
  const populated = (): boolean =>
    readFileSync(join(group, "cgroup.events"), "utf8").includes("populated 1");
  await waitUntil(`the processes in ${group} are gone`, () => !populated(), 20_000);
}

/** Removes a host's groups. They must be empty. */
export function removeHostGroups(identity: SandboxIdentity, id: number): void {
  for (const group of hostGroups(identity, id)) removeGroupTree(group);
}

/** Removes the sandbox's groups. They must be empty. */
export function removeSandboxGroups(identity: SandboxIdentity): void {
  for (const group of sandboxGroups(identity)) removeGroupTree(group);
}

/** Ids of the hosts that have groups. */
export function groupedHosts(identity: SandboxIdentity): number[] {
  const ids = sandboxGroups(identity)
    .filter((group) => existsSync(group))
    .flatMap((group) => readdirSync(group))
    .filter((entry) => /^\d+$/.test(entry));
  return [...new Set(ids)].map(Number);
}

/** A group is removed by rmdir, from the leaves up; its files belong to the kernel. */
function removeGroupTree(group: string): void {
  if (!existsSync(group)) return;
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroupTree(join(group, entry.name));
  }
  rmdirSync(group);
}
