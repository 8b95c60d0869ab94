import type { Field } from "../../fields";
import type { Kind } from "../../store";

import type { NamedRow } from "../common";

export type ServerStatus =
  | "running"
  | "initializing"
  | "starting"
  | "stopping"
  | "off"
  | "deleting"
  | "migrating"
  | "rebuilding"
  | "unknown";

export interface PrivateNet {
  readonly network: number;
  readonly ip: string;
  readonly alias_ips: readonly string[];
  readonly mac_address: string;
}

/** A server as it is kept; `serverToWire` makes the API's form of it. */
export interface ServerRow extends NamedRow {
  readonly status: ServerStatus;
  /** Id in the catalogue. */
  readonly server_type: number;
  /** Id of a system image or of a snapshot. */
  readonly image: number;
  readonly location: string;
  readonly user_data: string;
  /** Public keys as they were when it was made: later changes do not reach a server. */
  readonly ssh_keys: readonly string[];
  /** Ids of primary IPs. */
  readonly ipv4: number | null;
  readonly ipv6: number | null;
  readonly private_net: readonly PrivateNet[];
  readonly placement_group: number | null;
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  /** GB; stays when a type changes without its disk. */
  readonly primary_disk_size: number;
  readonly backup_window: string | null;
  /** By default off, and none. */
  readonly rescue_enabled?: boolean;
  readonly iso?: number | null;
  /** Whether the driver has been given the host. A server made without starting has none yet. */
  readonly host_made: boolean;
}

export const serverKind: Kind<ServerRow> = { name: "server", unique: ["name"] };

const maxUserDataBytes = 32 * 1024;

export const userDataField = {
  type: "string",
  check: (text: string) =>
    Buffer.byteLength(text) > maxUserDataBytes ? "must be at most 32 KiB" : undefined,
} as const satisfies Field;
