import type { Context } from "../../context";
import { notFound } from "../../errors";
import { definePart, route } from "../../resource";

import { attachment, withHost } from "./hosts";
import { attach, checkedAliases, takenAddresses } from "../networks/networkAddresses";
import { networkKind } from "../networks/networkRow";
import { requireServer, serverIdOf, startAction } from "./serverActions";
import { serverKind, type PrivateNet, type ServerRow } from "./serverRow";

const attachFields = {
  network: { type: "integer", required: true },
  ip: { type: "string" },
  alias_ips: { type: "array", items: { type: "string" } },
  ip_range: { type: "string" },
} as const;

function netOf(server: ServerRow, network: number): PrivateNet | undefined {
  return server.private_net.find((net) => net.network === network);
}

function requireNet(ctx: Context, server: ServerRow, network: number): PrivateNet {
  ctx.store.table(networkKind).require(network);
  const net = netOf(server, network);
  if (!net) throw notFound("network", network);
  return net;
}

export const serverNetworks = definePart({
  commands: {
    attach_to_network: {
      locks: true,
      run: (ctx, action) =>
        withHost(ctx, serverIdOf(action), async (server) => {
          const net = netOf(server, Number(action.input.network));
          if (net) await ctx.driver.attachNetwork(server.id, attachment(ctx, net));
        }),
      // A failed attachment must not be visible.
      failed: (ctx, action) => {
        removePrivateNet(ctx, serverIdOf(action), Number(action.input.network));
      },
    },
    detach_from_network: {
      locks: true,
      run: (ctx, action) =>
        withHost(ctx, serverIdOf(action), (server) =>
          ctx.driver.detachNetwork(server.id, Number(action.input.network)),
        ),
    },
    change_alias_ips: { locks: true },
  },
  routes: [
    route("POST", "/servers/:id/actions/attach_to_network", attachFields, (call) => {
      const { ctx, params, body } = call;
      const server = requireServer(ctx, params.id);
      const net = attach(ctx, server, body.network, body);
      const table = ctx.store.table(serverKind);
      table.update(server.id, { private_net: [...server.private_net, net] });
      return startAction(ctx, "attach_to_network", server.id, { network: body.network });
    }),
    route(
      "POST",
      "/servers/:id/actions/detach_from_network",
      { network: { type: "integer", required: true } },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        requireNet(ctx, server, body.network);
        removePrivateNet(ctx, server.id, body.network);
        return startAction(ctx, "detach_from_network", server.id, { network: body.network });
      },
    ),
    route(
      "POST",
      "/servers/:id/actions/change_alias_ips",
      {
        network: { type: "integer", required: true },
        alias_ips: { type: "array", required: true, items: { type: "string" } },
      },
      ({ ctx, params, body }) => {
        const server = requireServer(ctx, params.id);
        const net = requireNet(ctx, server, body.network);
        const network = ctx.store.table(networkKind).require(body.network);
        const taken = takenAddresses(ctx, body.network, server.id);
        const aliases = checkedAliases(server, network, body.alias_ips, taken);
        ctx.store.table(serverKind).update(server.id, {
          private_net: server.private_net.map((other) =>
            other === net ? { ...net, alias_ips: aliases } : other,
          ),
        });
        return startAction(ctx, "change_alias_ips", server.id);
      },
    ),
  ],
});

function removePrivateNet(ctx: Context, serverId: number, network: number): void {
  const table = ctx.store.table(serverKind);
  const server = table.get(serverId);
  if (!server) return;
  table.update(serverId, {
    private_net: server.private_net.filter((net) => net.network !== network),
  });
}
