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

/** A server in the store; `serverToWire` converts it to the API's form. */
export interface ServerRow extends NamedRow {
  readonly status: ServerStatus;
  /** Id in the catalogue. */
  readonly server_type: number;
  /** Id of a system image or of a snapshot. */
  readonly image: number;
  readonly location: string;
  readonly user_data: string;
  /** Public keys at the time of the creation. Later changes of a key do not affect a server. */
  readonly ssh_keys: readonly string[];
  /** Ids of primary IPs. */
  readonly ipv4: number | null;
  readonly ipv6: number | null;
  readonly private_net: readonly PrivateNet[];
  readonly placement_group: number | null;
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  /** In GB. Unchanged when the server type changes without `upgrade_disk`. */
  readonly primary_disk_size: number;
  readonly backup_window: string | null;
  /** Default: disabled. */
  readonly rescue_enabled?: boolean;
  readonly iso?: number | null;
  /**
   * Whether the driver has created the host. A server that was created without starting has no host
   * yet.
   */
  readonly host_made: boolean;
}

export const serverKind: Kind<ServerRow> = { name: "server", unique: ["name"] };

const maxUserDataBytes = 32 * 1024;

export const userDataField = {
  type: "string",
  check: (text: string) =>
    Buffer.byteLength(text) > maxUserDataBytes ? "must be at most 32 KiB" : undefined,
} as const satisfies Field;
