import { contains, parseRange4 } from "../../addresses";
import type { Context } from "../../context";
import { listPage } from "../../listing";
import { definePart, route } from "../../resource";

import { networkKind, type NetworkRow } from "./networkRow";
import { serverKind } from "../servers/serverRow";

interface Member {
  readonly id: number;
  readonly type: string;
  readonly ip: string;
  readonly alias_ips: readonly string[];
  readonly subnet: string | null;
  readonly status: "attached";
}

/**
 * The members of a network with their addresses and subnets. The API has this operation since
 * September 2026.
 */
export const networkMembers = definePart({
  routes: [
    route("GET", "/networks/:id/members", {}, ({ ctx, params, query }) => {
      const network = ctx.store.table(networkKind).require(params.id ?? "");
      const page = listPage(membersOf(ctx, network), query, {
        sort: ["id", "ip"],
        filters: {
          type: (row) => row.type,
          subnet: (row) => row.subnet,
          status: (row) => row.status,
        },
      });
      return { members: page.rows, meta: page.meta };
    }),
  ],
});

function membersOf(ctx: Context, { id: network, subnets }: NetworkRow): Member[] {
  const servers = ctx.store.table(serverKind).all();
  return servers.flatMap(({ id, private_net: nets }) =>
    nets
      .filter((net) => net.network === network)
      .map(({ ip, alias_ips }) => ({
        id,
        type: serverKind.name,
        ip,
        alias_ips,
        subnet: subnets.find(({ ip_range }) => holds(ip_range, ip))?.ip_range ?? null,
        status: "attached",
      })),
  );
}

function holds(ipRange: string, ip: string): boolean {
  const [range, address] = [parseRange4(ipRange), parseRange4(`${ip}/32`)];
  return range !== undefined && address !== undefined && contains(range, address);
}
