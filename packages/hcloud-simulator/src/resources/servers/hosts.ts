import type { HostSpec, PrivateAttachment } from "../../driver";
import { fromNumber, parseRange4 } from "../../addresses";
import type { Context } from "../../context";

import { rulesOfServer } from "../firewallRow";
import { systemImageName } from "../imageRow";
import { networkKind } from "../networks/networkRow";
import { hostAddress, primaryIpKind } from "../primaryIpRow";
import { serverKind, type PrivateNet, type ServerRow } from "./serverRow";

/** What the driver has to know to make a server's host, or make it again. */
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

/** Does something with a server's host when there is one, after all that was asked for before. */
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

/** Makes the host at the first start, boots it at later ones. */
export function startHost(ctx: Context, id: number): Promise<void> {
  return ctx.driverCalls.run(id, async () => {
    const server = ctx.store.table(serverKind).require(id);
    if (server.host_made) {
      await ctx.driver.powerOn(id);
      return;
    }
    // A creation that was cut short by a crash may have left something behind.
    await ctx.driver.delete(id);
    await ctx.driver.create(hostSpec(ctx, server));
    ctx.store.transaction(() => ctx.store.table(serverKind).update(id, { host_made: true }));
  });
}

/** Gives the host the rules that hold for it now. */
export function refreshFirewall(ctx: Context, id: number): Promise<void> {
  return withHost(ctx, id, (server) => ctx.driver.setFirewall(id, rulesOfServer(ctx, server)));
}

/** Tells the driver that a host, which is off, has other public addresses from its next start on. */
export function readdress(ctx: Context, id: number): Promise<void> {
  return withHost(ctx, id, async (server) => {
    const { publicIpv4, publicIpv6 } = hostSpec(ctx, server);
    await ctx.driver.setPublicAddresses(id, { publicIpv4, publicIpv6 });
  });
}
