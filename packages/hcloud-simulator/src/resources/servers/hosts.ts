import type { HostSpec, PrivateAttachment } from "../../driver";
import { fromNumber, parseRange4 } from "../../addresses";
import type { Context } from "../../context";

import { rulesOfServer } from "../firewallRow";
import { systemImageName } from "../imageRow";
import { networkKind } from "../networks/networkRow";
import { hostAddress, primaryIpKind } from "../primaryIpRow";
import { serverKind, type PrivateNet, type ServerRow } from "./serverRow";

/** Everything that the driver needs to create a server's host, also after a rebuild. */
export function hostSpec(ctx: Context, server: ServerRow): HostSpec {
  const ipv4 = addressOf(ctx, server.ipv4);
  const ipv6 = addressOf(ctx, server.ipv6);
  return {
    id: server.id,
    name: server.name,
    image: systemImageName(ctx, server.image),
    userData: server.user_data,
    sshKeys: server.ssh_keys,
    ...(ipv4 !== undefined && { publicIpv4: ipv4 }),
    ...(ipv6 !== undefined && { publicIpv6: ipv6 }),
    networks: server.private_net.map((net) => attachment(ctx, net)),
    firewall: rulesOfServer(ctx, server),
  };
}

function addressOf(ctx: Context, id: number | null): string | undefined {
  return id === null ? undefined : hostAddress(ctx.store.table(primaryIpKind).require(id));
}

export function attachment(ctx: Context, net: PrivateNet): PrivateAttachment {
  const networkCidr = ctx.store.table(networkKind).require(net.network).ip_range;
  return {
    networkId: net.network,
    networkCidr,
    ip: net.ip,
    gateway: fromNumber((parseRange4(networkCidr)?.first ?? 0) + 1),
    mac: net.mac_address,
  };
}

/** Calls the driver for a server that has a host, after all earlier driver calls for it. */
export function withHost(
  ctx: Context,
  id: number,
  work: (server: ServerRow) => Promise<void>,
): Promise<void> {
  return ctx.driverCalls.run(id, async () => {
    const server = ctx.store.table(serverKind).get(id);
    if (server?.host_made) await work(server);
  });
}

/** Creates the host at the first start, and boots it at later starts. */
export function startHost(ctx: Context, id: number): Promise<void> {
  return ctx.driverCalls.run(id, async () => {
    const server = ctx.store.table(serverKind).require(id);
    if (server.host_made) {
      await ctx.driver.powerOn(id);
      return;
    }
    // A creation that a crash interrupted can have left parts of the host.
    await ctx.driver.delete(id);
    await ctx.driver.create(hostSpec(ctx, server));
    ctx.store.transaction(() => ctx.store.table(serverKind).update(id, { host_made: true }));
  });
}

/** Gives the host its current firewall rules. */
export function refreshFirewall(ctx: Context, id: number): Promise<void> {
  return withHost(ctx, id, (server) => ctx.driver.setFirewall(id, rulesOfServer(ctx, server)));
}

/** Gives a host that is off other public addresses, from its next start on. */
export function changePublicAddresses(ctx: Context, id: number): Promise<void> {
  return withHost(ctx, id, async (server) => {
    const { publicIpv4, publicIpv6 } = hostSpec(ctx, server);
    await ctx.driver.setPublicAddresses(id, { publicIpv4, publicIpv6 });
  });
}
