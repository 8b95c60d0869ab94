import { join } from "node:path";
import type { SandboxIdentity } from "../identity";

/**
 * What each thing on the machine is called. Everything carries the sandbox's name, or lies in a
 * namespace or folder that does, so that `removeAll` finds all of it without a list.
 */

/** Table in the router's namespace that holds the hosts' firewalls. */
export const firewallTable = "sandbox";

/** Root-namespace end of the uplink; a link name may have 15 characters. */
export const uplinkName = (identity: SandboxIdentity): string => `${identity.linkPrefix}-up`;

/** Network namespace of the router. */
export const routerNamespace = (identity: SandboxIdentity): string => identity.name;

/** Network namespace of one host; also its machine name. */
export const hostNamespace = (identity: SandboxIdentity, id: number): string =>
  `${identity.name}-${id}`;

/** Network namespace of one Hetzner network: its own, so that two may have the same range. */
export const privateNamespace = (identity: SandboxIdentity, networkId: number): string =>
  `${identity.name}-n${networkId}`;

/** Router's end of a host's public interface. */
export const publicLink = (id: number): string => `h${id}`;

/** Network's end of a host's private interface. */
export const privateLink = (id: number): string => `p${id}`;

/** Private interfaces in the order in which a Hetzner server with recent types gets them. */
export const privateInterfaces = ["enp7s0", "enp8s0", "enp9s0"] as const;

export const hostsFolder = (identity: SandboxIdentity): string => join(identity.dir, "hosts");

export const hostFolder = (identity: SandboxIdentity, id: number): string =>
  join(hostsFolder(identity), id.toString());

export const consoleLog = (identity: SandboxIdentity, name: string): string =>
  join(identity.dir, "logs", `${name}.console.log`);
