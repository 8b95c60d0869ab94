import { createHash } from "node:crypto";

/** The names of existing machines (`existingNodes`) in resources, in messages and in jicofo's list. */

/** What stands before the name of a machine in the names of its resources: jitsi-node-berlin. */
const prefix = "node";

/** The steps and objects of a machine, by the ends of their names. Longer ones first. */
export const nodeParts = [
  "forward-removal",
  "forward-seed",
  "program-copy",
  "access",
  "check",
  "leave",
  "setup",
  "filter",
  "forward",
  "files",
  "drain",
  "kernel",
  "serve",
] as const;

/** The key of a machine among hosts, which no host of the cluster has: node-berlin. */
export const nodeKey = (name: string): string => `${prefix}-${name}`;

/** The name of the machine with this key; `undefined` for any other host. */
export function nodeName(key: string): string | undefined {
  return key.startsWith(`${prefix}-`) ? key.slice(prefix.length + 1) : undefined;
}

/** The machine and the part in a resource's name without the cluster's: `node-berlin-drain`. */
export function nodePart(
  text: string,
): { readonly host: string; readonly part: string } | undefined {
  if (nodeName(text) === undefined) return undefined;
  const part = nodeParts.find((one) => text.endsWith(`-${one}`)) ?? "";
  return { host: part === "" ? text : text.slice(0, -part.length - 1), part };
}

/** Whether a name ends like a step, so that the names of its resources could be those of another machine. */
export const endsLikePart = (name: string): boolean =>
  nodeParts.some((part) => name === part || name.endsWith(`-${part}`));

/**
 * MUC_NICKNAME and relay id. They follow from the address too: while a machine is replaced by another one under the same
 * name, both are in jicofo's list, and XMPP would take equal nicknames for one bridge.
 */
export function nodeNickname(name: string, host: string): string {
  return `${prefix}-${name}-${digest(host).toString("hex").slice(0, 6)}`;
}

/**
 * The loopback address of the web host at which it reaches the machine's private ports. It does not follow from the place in
 * the list, because the removal of one machine would then change others.
 */
export function forwardAddress(name: string, host: string): string {
  const [high = 0, low = 0] = digest(`${name} ${host}`);
  return `127.80.${high}.${(low % 254) + 1}`;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
