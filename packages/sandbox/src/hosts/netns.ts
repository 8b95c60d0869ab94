import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CommandError, run } from "./exec";

/** Folder of iproute2's named network namespaces. */
export const netnsFolder = "/run/netns";

export const namespaceExists = (name: string): boolean => existsSync(join(netnsFolder, name));

/** Names of the namespaces that start with `prefix`. */
export function namespacesOf(prefix: string): string[] {
  if (!existsSync(netnsFolder)) return [];
  return readdirSync(netnsFolder).filter(
    (name) => name === prefix || name.startsWith(`${prefix}-`),
  );
}

/** Creates a named network namespace. No-op when it exists. */
export async function addNamespace(name: string): Promise<void> {
  if (!namespaceExists(name)) await run("ip", ["netns", "add", name]);
}

export async function deleteNamespace(name: string): Promise<void> {
  if (namespaceExists(name)) await run("ip", ["netns", "delete", name]);
}

/** Runs `ip` commands in one namespace (undefined: root). Stops at the first command that fails. */
export async function ipBatch(
  namespace: string | undefined,
  lines: readonly string[],
): Promise<void> {
  if (lines.length === 0) return;
  const where = namespace === undefined ? [] : ["-n", namespace];
  try {
    await run("ip", [...where, "-batch", "-"], { input: `${lines.join("\n")}\n` });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new Error(`${error.message}\nin namespace ${namespace ?? "root"}:\n${lines.join("\n")}`);
  }
}

export interface Link {
  readonly name: string;
  readonly mac: string;
  /** A note that the creator of the link has set. */
  readonly alias?: string;
}

/** The links in a namespace (undefined: root) by name. */
export async function linksIn(namespace: string | undefined): Promise<Map<string, Link>> {
  const where = namespace === undefined ? [] : ["-n", namespace];
  const links = JSON.parse(await run("ip", [...where, "-json", "link", "show"])) as {
    ifname: string;
    address: string;
    ifalias?: string;
  }[];
  return new Map(
    links.map(({ ifname, address, ifalias }) => [
      ifname,
      { name: ifname, mac: address, alias: ifalias },
    ]),
  );
}

/**
 * Sets kernel settings below /proc/sys/net in one namespace. They do not affect other namespaces.
 */
export async function setSysctls(
  namespace: string,
  settings: Readonly<Record<string, number>>,
): Promise<void> {
  const writes = Object.entries(settings).map(
    ([path, value]) => `echo ${value} > /proc/sys/net/${path}`,
  );
  await run("ip", ["netns", "exec", namespace, "sh", "-ec", writes.join("\n")]);
}

/** Applies nftables text in one namespace, all of it or nothing. */
export async function applyNft(namespace: string, text: string): Promise<void> {
  await run("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: text });
}
