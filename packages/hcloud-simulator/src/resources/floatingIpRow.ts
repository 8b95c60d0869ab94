import type { Kind } from "../store";

import type { NamedRow } from "./common";
import type { NamedAddress } from "./reverseNames";

export interface FloatingIpRow extends NamedRow, NamedAddress {
  readonly description: string | null;
  readonly home_location: string;
  /** Id of the server that it is assigned to. */
  readonly server: number | null;
  readonly protection: { readonly delete: boolean };
}

export const floatingIpKind: Kind<FloatingIpRow> = { name: "floating_ip", unique: ["name"] };
