import { hostAddress6 } from "../addresses";
import type { Kind } from "../store";

import type { NamedRow } from "./common";
import type { NamedAddress } from "./reverseNames";

export interface PrimaryIpRow extends NamedRow, NamedAddress {
  readonly location: string;
  readonly assignee_id: number | null;
  readonly auto_delete: boolean;
  readonly protection: { readonly delete: boolean };
}

export const primaryIpKind: Kind<PrimaryIpRow> = { name: "primary_ip", unique: ["name"] };

/** The address that a host uses: the IPv4 address, or the address ending in ::1 of the /64. */
export function hostAddress(row: PrimaryIpRow): string {
  return row.type === "ipv4" ? row.ip : hostAddress6(row.ip);
}
