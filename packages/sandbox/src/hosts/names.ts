import { join } from "node:path";
import type { SandboxIdentity } from "../identity";

/**
 * Names of everything that a sandbox creates on the machine. Each name contains the sandbox's name,
 * or belongs to a namespace or folder that does, so that `removeAll` finds everything without a
 * list.
 */

/** nftables table in the router's namespace, with the firewalls of the hosts. */
export const firewallTable = "sandbox";

/** Set in that table: what hosts sent to addresses that lead nowhere. */
export const scanSet = "scanned";

/** The end of the uplink in the root namespace. A link name can have 15 characters. */
export const uplinkName = (identity: SandboxIdentity): string => `${identity.linkPrefix}-up`;

/** Network namespace of the router. */
export const routerNamespace = (identity: SandboxIdentity): string => identity.name;

/** Network namespace of one host. It is also the machine name. */
export const hostNamespace = (identity: SandboxIdentity, id: number): string =>
  `${identity.name}-${id}`;

/**
 * Network namespace of one Hetzner network. Two networks can have the same range, so each needs its
 * own.
 */
export const privateNamespace = (identity: SandboxIdentity, networkId: number): string =>
  `${identity.name}-n${networkId}`;

/** Network namespace of a client of the sandbox that is not a host, such as the ACME server. */
export const clientNamespace = (identity: SandboxIdentity, name: string): string =>
  `${identity.name}-c-${name}`;

/** The router's end of a client's interface. A link name can have 15 characters. */
export const clientLink = (name: string): string => `c-${name}`;

/** The router's end of a host's public interface. */
export const publicLink = (id: number): string => `h${id}`;

/** The network's end of a host's private interface. */
export const privateLink = (id: number): string => `p${id}`;

/** Private interfaces in the order in which a Hetzner server of a recent type gets them. */
export const privateInterfaces = ["enp7s0", "enp8s0", "enp9s0"] as const;

/**
 * Hosts with ids above this one are machines that the API does not know. All others are servers of
 * the API, which counts its ids from 1.
 */
const lastServerId = 900_000;

/** Whether a host is a server of the API. */
export const isServerId = (id: number): boolean => id <= lastServerId;

/** Whether a host is a machine that the API does not know. */
export const isMachineId = (id: number): boolean => id > lastServerId;

/** The host id of a machine. `number` tells machines apart, from 1. */
export const machineId = (number: number): number => lastServerId + number;

export const hostsFolder = (identity: SandboxIdentity): string => join(identity.dir, "hosts");

export const hostFolder = (identity: SandboxIdentity, id: number): string =>
  join(hostsFolder(identity), id.toString());

export const consoleLog = (identity: SandboxIdentity, name: string): string =>
  join(identity.dir, "logs", `${name}.console.log`);
