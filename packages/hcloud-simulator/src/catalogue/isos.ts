import type { Deprecation } from "./deprecation";
import type { Architecture } from "./serverTypes";

/** As in GET /isos. */
export interface Iso {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly type: "public";
  readonly architecture: Architecture;
  readonly deprecation: Deprecation | null;
}

/** Two of Hetzner's many ISOs. Clients should use names, not ids. */
export const isoList: readonly Iso[] = [
  iso(120001, "debian-13.1.0-amd64-netinst.iso", "Debian 13.1 (amd64/netinstall)", "x86"),
  iso(120002, "debian-13.1.0-arm64-netinst.iso", "Debian 13.1 (arm64/netinstall)", "arm"),
];

function iso(id: number, name: string, description: string, architecture: Architecture): Iso {
  return { id, name, description, type: "public", architecture, deprecation: null };
}

/** By id or name. */
export function findIso(idOrName: number | string): Iso | undefined {
  return isoList.find(({ id, name }) => name === idOrName || String(id) === String(idOrName));
}
