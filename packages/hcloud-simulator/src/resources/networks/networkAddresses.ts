import { contains, fromNumber, overlap, parseRange4, toNumber, type Range4 } from "../../addresses";
import { isIPv4 } from "node:net";

import type { Context } from "../../context";
import { findLocation } from "../../catalogue/locations";
import { apiError, invalidField } from "../../errors";

import { gatewayOf, networkKind, type NetworkRow, type Subnet } from "./networkRow";
import { serverKind, type PrivateNet, type ServerRow } from "../servers/serverRow";

const maxNetworksPerServer = 3;
const maxAliasIps = 5;
const maxServersPerNetwork = 100;

export interface Attachment {
  readonly ip?: string;
  readonly alias_ips?: readonly string[];
  /** The subnet to choose the address from. */
  readonly ip_range?: string;
}

/**
 * The private interface that a server gets in a network.
 *
 * @throws ApiError when the server is already attached, no address is left, or networks of the
 *   server overlap
 */
export function attach(
  ctx: Context,
  server: ServerRow,
  networkId: number,
  wanted: Attachment,
): PrivateNet {
  const network = ctx.store.table(networkKind).require(networkId);
  requireNetworkFits(ctx, server, network);
  const taken = takenAddresses(ctx, networkId);
  const ip = wanted.ip ?? freeAddress(server, network, wanted.ip_range, taken);
  requireAddress(server, network, ip, taken, "ip");
  taken.add(toNumber(ip));
  const aliases = checkedAliases(server, network, wanted.alias_ips ?? [], taken);
  return { network: networkId, ip, alias_ips: aliases, mac_address: nextMac(ctx) };
}

function requireNetworkFits(ctx: Context, server: ServerRow, network: NetworkRow): void {
  const table = ctx.store.table(networkKind);
  if (server.private_net.some((net) => net.network === network.id))
    throw apiError("server_already_attached", "server is already attached to this network");
  const range = parseRange4(network.ip_range);
  const others = server.private_net.map((net) => parseRange4(table.require(net.network).ip_range));
  if (others.some((other) => other && range && overlap(other, range)))
    throw apiError("networks_overlap", "IP range overlaps with another network of the server");
  if (server.private_net.length >= maxNetworksPerServer)
    throw apiError("resource_limit_exceeded", "a server can be in at most 3 networks", {
      limits: [{ name: "networks_per_server_limit" }],
    });
  const servers = ctx.store.table(serverKind).all();
  const inside = servers.filter((s) => s.private_net.some((net) => net.network === network.id));
  if (inside.length >= maxServersPerNetwork)
    throw apiError("resource_limit_exceeded", "a network can have at most 100 resources", {
      limits: [{ name: "network_resources_limit" }],
    });
}

/** @throws ApiError when an address is outside of the network, reserved or taken */
export function checkedAliases(
  server: ServerRow,
  network: NetworkRow,
  aliases: readonly string[],
  taken: Set<number>,
): readonly string[] {
  if (aliases.length > maxAliasIps)
    throw invalidField("alias_ips", `must have at most ${maxAliasIps.toString()} entries`);
  for (const alias of aliases) {
    requireAddress(server, network, alias, taken, "alias_ips");
    taken.add(toNumber(alias));
  }
  return aliases;
}

/** All used addresses of a network, including alias IPs. */
export function takenAddresses(ctx: Context, networkId: number, except?: number): Set<number> {
  const nets = ctx.store
    .table(serverKind)
    .all()
    .flatMap((server) =>
      server.private_net
        .filter((net) => net.network === networkId)
        .flatMap((net) => (server.id === except ? [net.ip] : [net.ip, ...net.alias_ips])),
    );
  return new Set(nets.map(toNumber));
}

/** A subnet covers one network zone. A server can use only subnets of its own zone. */
function subnetsFor(server: ServerRow, network: NetworkRow): Subnet[] {
  const zone = findLocation(server.location)?.network_zone;
  return network.subnets.filter((subnet) => subnet.network_zone === zone);
}

function freeAddress(
  server: ServerRow,
  network: NetworkRow,
  ipRange: string | undefined,
  taken: ReadonlySet<number>,
): string {
  const subnets = subnetsFor(server, network).filter(
    (subnet) => ipRange === undefined || subnet.ip_range === ipRange,
  );
  for (const subnet of subnets) {
    const range = parseRange4(subnet.ip_range);
    if (!range) continue;
    for (let address = range.first + 1; address < range.last; address++)
      if (!taken.has(address) && !isReserved(network, address)) return fromNumber(address);
  }
  throw apiError("no_subnet_available", "no subnet or IP available");
}

function requireAddress(
  server: ServerRow,
  network: NetworkRow,
  ip: string,
  taken: ReadonlySet<number>,
  field: string,
): void {
  if (!isIPv4(ip)) throw invalidField(field, "must be an IPv4 address");
  const address = toNumber(ip);
  const single: Range4 = { first: address, last: address, prefix: 32 };
  const inside = subnetsFor(server, network).some((subnet) => {
    const range = parseRange4(subnet.ip_range);
    return range && contains(range, single) && address !== range.first && address !== range.last;
  });
  if (!inside) throw apiError("no_subnet_available", "no subnet or IP available");
  if (isReserved(network, address) || taken.has(address))
    throw apiError("ip_not_available", "IP not available");
}

/** The gateway of the network, and the gateway of the public interface (172.31.1.1). */
function isReserved(network: NetworkRow, address: number): boolean {
  return address === toNumber(gatewayOf(network.ip_range)) || address === toNumber("172.31.1.1");
}

/** MAC addresses of private interfaces begin with 86:00:00, as at Hetzner. */
function nextMac(ctx: Context): string {
  const number = ctx.store.next("mac", 0x100000).toString(16).padStart(6, "0");
  return `86:00:00:${(number.match(/../g) ?? []).join(":")}`;
}
