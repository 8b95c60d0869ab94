import { isIPv4 } from "node:net";

import {
  contains,
  formatRange4,
  fromNumber,
  overlap,
  parseRange4,
  type Range4,
} from "../../addresses";
import { networkZones } from "../../catalogue/locations";
import type { Context } from "../../context";
import { apiError, invalidField, notFound } from "../../errors";
import type { FieldTable, Parsed } from "../../fields";
import { defineResource, route } from "../../resource";

import { actionRoutes, labelsField, nameAndLabels, nameField, readRoutes } from "../common";
import { withHost } from "../servers/hosts";
import { networkMembers } from "./networkMembers";
import { networkKind, networkToWire, serversIn, type NetworkRow, type Subnet } from "./networkRow";
import { serverKind } from "../servers/serverRow";

const maxSubnets = 50;
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(parseRange4);

const subnetFields = {
  type: { type: "string", required: true, oneOf: ["cloud", "server", "vswitch"] },
  ip_range: { type: "string" },
  network_zone: { type: "string", required: true, oneOf: networkZones },
} as const satisfies FieldTable;

const routeFields = {
  destination: { type: "string", required: true },
  gateway: {
    type: "string",
    required: true,
    check: (text: string) => (isIPv4(text) ? undefined : "must be an IPv4 address"),
  },
} as const satisfies FieldTable;

const createFields = {
  name: { ...nameField, required: true },
  ip_range: { type: "string", required: true },
  labels: labelsField,
  subnets: { type: "array", items: { type: "object", fields: subnetFields } },
  routes: { type: "array", items: { type: "object", fields: routeFields } },
  expose_routes_to_vswitch: { type: "boolean" },
} as const satisfies FieldTable;

const collection = { path: "networks", one: "network", toWire: networkToWire } as const;

function requireNetwork(ctx: Context, id: string | undefined): NetworkRow {
  return ctx.store.table(networkKind).require(id ?? "");
}

/**
 * A network that can be changed now. A second change at the same time answers `conflict`, and
 * clients retry it.
 */
function requireUnlocked(ctx: Context, id: string | undefined): NetworkRow {
  const row = requireNetwork(ctx, id);
  if (ctx.actions.isLocked(networkKind.name, row.id))
    throw apiError("conflict", "network is being changed, please retry");
  return row;
}

/** Changes a network, starts an action about it and answers with the action. */
function change(ctx: Context, command: string, row: NetworkRow, patch: Partial<NetworkRow>) {
  ctx.store.table(networkKind).update(row.id, patch);
  const action = ctx.actions.start(command, [{ id: row.id, type: networkKind.name }]);
  return { action: ctx.actions.toWire(action) };
}

export const networks = defineResource({
  kind: "network",
  parts: [networkMembers],
  commands: {
    add_subnet: { locks: true },
    delete_subnet: { locks: true },
    add_route: { locks: true },
    delete_route: { locks: true },
    change_ip_range: { locks: true },
  },
  routes: [
    ...readRoutes(networkKind, collection),
    ...actionRoutes("networks", networkKind.name, (ctx, id) => requireNetwork(ctx, id).id),
    route("POST", "/networks", createFields, ({ ctx, body }) => {
      ctx.limits.requireRoom("networks", networkKind);
      requirePrivateRange(body.ip_range);
      const empty = ctx.store.table(networkKind).insert({
        name: body.name,
        ip_range: body.ip_range,
        subnets: [],
        routes: body.routes ?? [],
        labels: body.labels ?? {},
        protection: { delete: false },
        expose_routes_to_vswitch: body.expose_routes_to_vswitch ?? false,
        created: new Date().toISOString(),
      });
      const network = (body.subnets ?? []).reduce(
        (row: NetworkRow, subnet) =>
          ctx.store
            .table(networkKind)
            .update(row.id, { subnets: [...row.subnets, newSubnet(row, subnet)] }),
        empty,
      );
      return { network: networkToWire(ctx, network) };
    }),
    route(
      "PUT",
      "/networks/:id",
      { name: nameField, labels: labelsField, expose_routes_to_vswitch: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const { id } = requireNetwork(ctx, params.id);
        const expose = body.expose_routes_to_vswitch;
        const row = ctx.store.table(networkKind).update(id, {
          ...nameAndLabels(body),
          ...(expose !== undefined && { expose_routes_to_vswitch: expose }),
        });
        return { network: networkToWire(ctx, row) };
      },
    ),
    route("DELETE", "/networks/:id", {}, ({ ctx, params }) => {
      const row = requireNetwork(ctx, params.id);
      if (row.protection.delete) throw apiError("protected", "network is protected");
      for (const id of serversIn(ctx, row.id)) detach(ctx, id, row.id);
      ctx.store.table(networkKind).remove(row.id);
    }),
    route("POST", "/networks/:id/actions/add_subnet", subnetFields, ({ ctx, params, body }) => {
      const row = requireUnlocked(ctx, params.id);
      if (row.subnets.length >= maxSubnets)
        throw apiError("resource_limit_exceeded", "subnet limit exceeded", {
          limits: [{ name: "subnets_per_network_limit" }],
        });
      return change(ctx, "add_subnet", row, { subnets: [...row.subnets, newSubnet(row, body)] });
    }),
    route(
      "POST",
      "/networks/:id/actions/delete_subnet",
      { ip_range: { type: "string", required: true } },
      ({ ctx, params, body }) => {
        const row = requireUnlocked(ctx, params.id);
        const subnets = row.subnets.filter((subnet) => subnet.ip_range !== body.ip_range);
        if (subnets.length === row.subnets.length) throw notFound("subnet", body.ip_range);
        if (hasServersIn(ctx, row, body.ip_range))
          throw apiError(
            "service_error",
            "cannot remove subnet because servers are attached to it",
          );
        return change(ctx, "delete_subnet", row, { subnets });
      },
    ),
    route("POST", "/networks/:id/actions/add_route", routeFields, ({ ctx, params, body }) => {
      const row = requireUnlocked(ctx, params.id);
      if (!parseRange4(body.destination)) throw invalidField("destination", "must be a CIDR");
      return change(ctx, "add_route", row, { routes: [...row.routes, body] });
    }),
    route("POST", "/networks/:id/actions/delete_route", routeFields, ({ ctx, params, body }) => {
      const row = requireUnlocked(ctx, params.id);
      const routes = row.routes.filter(
        (item) => item.destination !== body.destination || item.gateway !== body.gateway,
      );
      if (routes.length === row.routes.length) throw notFound("route", body.destination);
      return change(ctx, "delete_route", row, { routes });
    }),
    route(
      "POST",
      "/networks/:id/actions/change_ip_range",
      { ip_range: { type: "string", required: true } },
      ({ ctx, params, body }) => {
        const row = requireUnlocked(ctx, params.id);
        const range = requirePrivateRange(body.ip_range);
        const old = parseRange4(row.ip_range);
        // A range can only grow and must keep its start, because the gateway stays the same.
        if (!old || old.first !== range.first || !contains(range, old))
          throw invalidField("ip_range", "must contain the old range and begin with it");
        return change(ctx, "change_ip_range", row, { ip_range: body.ip_range });
      },
    ),
    route(
      "POST",
      "/networks/:id/actions/change_protection",
      { delete: { type: "boolean" } },
      ({ ctx, params, body }) => {
        const row = requireUnlocked(ctx, params.id);
        const protection = { delete: body.delete ?? row.protection.delete };
        return change(ctx, "change_protection", row, { protection });
      },
    ),
  ],
});

function requirePrivateRange(text: string): Range4 {
  const range = parseRange4(text);
  const good = range && range.prefix <= 24 && privateRanges.some((p) => p && contains(p, range));
  if (!good)
    throw invalidField(
      "ip_range",
      "must be a private (RFC 1918) range of /24 or larger, as a CIDR",
    );
  return range;
}

/**
 * @throws ApiError invalid_input when the subnet is outside of the network or overlaps with another
 */
function newSubnet(row: NetworkRow, wanted: Parsed<typeof subnetFields>): Subnet {
  const network = parseRange4(row.ip_range);
  const others = row.subnets.flatMap((subnet) => parseRange4(subnet.ip_range) ?? []);
  const range =
    wanted.ip_range === undefined ? freeRange(network, others) : parseRange4(wanted.ip_range);
  if (!range || !network || !contains(network, range) || range.prefix > 30)
    throw invalidField("ip_range", `must be a CIDR inside of the network's ${row.ip_range}`);
  if (others.some((other) => overlap(other, range)))
    throw invalidField("ip_range", "overlaps with another subnet of the network");
  if (row.subnets.some((subnet) => subnet.network_zone !== wanted.network_zone))
    throw invalidField("network_zone", "all subnets of a network must be in the same zone");
  return { type: wanted.type, ip_range: formatRange4(range), network_zone: wanted.network_zone };
}

/** The first free /24. */
function freeRange(network: Range4 | undefined, others: readonly Range4[]): Range4 | undefined {
  for (let first = network?.first ?? 0; network && first < network.last; first += 256) {
    const range = parseRange4(`${fromNumber(first)}/24`);
    if (range && !others.some((other) => overlap(other, range))) return range;
  }
  return undefined;
}

function hasServersIn(ctx: Context, row: NetworkRow, ipRange: string): boolean {
  const range = parseRange4(ipRange);
  return ctx.store
    .table(serverKind)
    .all()
    .flatMap((server) => server.private_net)
    .some((net) => {
      const address = parseRange4(`${net.ip}/32`);
      return net.network === row.id && range && address && contains(range, address);
    });
}

function detach(ctx: Context, serverId: number, networkId: number): void {
  const table = ctx.store.table(serverKind);
  const left = table.require(serverId).private_net.filter((net) => net.network !== networkId);
  table.update(serverId, { private_net: left });
  ctx.store.onCommit(() => {
    withHost(ctx, serverId, () => ctx.driver.detachNetwork(serverId, networkId)).catch(
      (error: unknown) => process.stderr.write(`detach of server ${serverId}: ${String(error)}\n`),
    );
  });
}
