import { fromNumber, parseRange4 } from "../../addresses";
import type { Context } from "../../context";
import type { Kind } from "../../store";

import type { NamedRow } from "../common";
import { serverKind } from "../servers/serverRow";

export interface Subnet {
  readonly type: "cloud" | "server" | "vswitch";
  readonly ip_range: string;
  readonly network_zone: string;
}

export interface NetworkRoute {
  readonly destination: string;
  readonly gateway: string;
}

export interface NetworkRow extends NamedRow {
  readonly ip_range: string;
  readonly subnets: readonly Subnet[];
  readonly routes: readonly NetworkRoute[];
  readonly protection: { readonly delete: boolean };
  readonly expose_routes_to_vswitch: boolean;
}

export const networkKind: Kind<NetworkRow> = { name: "network", unique: ["name"] };

/** The first address of the whole range. It is reserved for the gateway of all subnets. */
export function gatewayOf(ipRange: string): string {
  return fromNumber((parseRange4(ipRange)?.first ?? 0) + 1);
}

/** Ids of the servers in a network. */
export function serversIn(ctx: Context, networkId: number): number[] {
  const servers = ctx.store.table(serverKind).all();
  return servers
    .filter((server) => server.private_net.some((net) => net.network === networkId))
    .map(({ id }) => id);
}

export function networkToWire(ctx: Context, row: NetworkRow) {
  return {
    ...row,
    subnets: row.subnets.map((subnet) => ({
      ...subnet,
      gateway: gatewayOf(row.ip_range),
      vswitch_id: null,
    })),
    servers: serversIn(ctx, row.id),
    load_balancers: [],
  };
}
