import { findIso } from "../../catalogue/isos";
import { findLocation } from "../../catalogue/locations";
import { findServerType, serverTypeList } from "../../catalogue/serverTypes";
import type { Context } from "../../context";

import { floatingIpKind } from "../floatingIpRow";
import { firewallsOfServer } from "../firewallRow";
import { imageById, imageToWire } from "../imageRow";
import { placementGroupKind, placementGroupToWire } from "../placementGroups";
import { primaryIpKind } from "../primaryIpRow";
import { dnsPtrs } from "../reverseNames";
import { serverKind, type ServerRow } from "./serverRow";

/** The server in the form of the API. */
export function serverToWire(ctx: Context, row: ServerRow) {
  const serverType = serverTypeList.find(({ id }) => id === row.server_type);
  const group = row.placement_group;
  const image = imageById(ctx, row.image);
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    created: row.created,
    public_net: publicNet(ctx, row),
    private_net: row.private_net,
    server_type: serverType,
    location: findLocation(row.location),
    image: image ? imageToWire(image) : null,
    iso: findIso(row.iso ?? "") ?? null,
    rescue_enabled: row.rescue_enabled ?? false,
    locked: ctx.actions.isLocked(serverKind.name, row.id),
    backup_window: row.backup_window,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic(row),
    protection: row.protection,
    labels: row.labels,
    volumes: [],
    load_balancers: [],
    primary_disk_size: row.primary_disk_size,
    placement_group:
      group === null
        ? null
        : placementGroupToWire(ctx, ctx.store.table(placementGroupKind).require(group)),
  };
}

function includedTraffic(row: ServerRow): number {
  const prices = findServerType(row.server_type)?.prices ?? [];
  return prices.find(({ location }) => location === row.location)?.included_traffic ?? 0;
}

function publicNet(ctx: Context, row: ServerRow) {
  const table = ctx.store.table(primaryIpKind);
  const ipv4 = row.ipv4 === null ? undefined : table.require(row.ipv4);
  const ipv6 = row.ipv6 === null ? undefined : table.require(row.ipv6);
  return {
    ipv4: ipv4
      ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: dnsPtrs(ipv4)[0]?.dns_ptr ?? null }
      : null,
    ipv6: ipv6 ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: dnsPtrs(ipv6) } : null,
    floating_ips: floatingIpsOf(ctx, row.id),
    firewalls: firewallsOfServer(ctx, row).map(({ id }) => ({ id, status: "applied" })),
  };
}

function floatingIpsOf(ctx: Context, server: number): number[] {
  const rows = ctx.store.table(floatingIpKind).all();
  return rows.filter((row) => row.server === server).map(({ id }) => id);
}
