import { findLoadBalancerType } from "../catalogue/loadBalancerTypes";
import { findLocation, locationList, networkZones } from "../catalogue/locations";
import { hostAddress6 } from "../addresses";
import type { Context } from "../context";
import { apiError, invalidField, notFound, notSimulated } from "../errors";
import type { FieldTable, Parsed } from "../fields";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField, nameField, readRoutes, renameRoute } from "./common";
import {
  algorithms,
  balancerPtrs,
  loadBalancerKind,
  withBalancerPtr,
  type LoadBalancerRow,
} from "./loadBalancerRow";
import { notSimulatedOperations } from "./notSimulated";
import { freeAddress } from "./publicAddresses";
import { ptrFields } from "./reverseNames";

function toWire(_ctx: unknown, row: LoadBalancerRow) {
  const type = findLoadBalancerType(row.load_balancer_type);
  return {
    id: row.id,
    name: row.name,
    public_net: { enabled: true, ...balancerPtrs(row) },
    private_net: [],
    location: findLocation(row.location),
    load_balancer_type: type,
    protection: row.protection,
    labels: row.labels,
    created: row.created,
    services: [],
    targets: [],
    algorithm: { type: row.algorithm },
    included_traffic: type?.prices.find(({ location }) => location === row.location)
      ?.included_traffic,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
  };
}

const collection = {
  path: "load_balancers",
  one: "load_balancer",
  toWire,
  list: { sort: ["id", "name", "created"] },
} as const;

const list = { type: "array", items: { type: "object", fields: {} } } as const;
const algorithmField = { type: "string", required: true, oneOf: algorithms } as const;

const createFields = {
  name: { ...nameField, required: true },
  load_balancer_type: { type: "idOrName", required: true },
  location: { type: "string" },
  network_zone: { type: "string", oneOf: networkZones },
  algorithm: { type: "object", fields: { type: algorithmField } },
  labels: labelsField,
  services: list,
  targets: list,
  network: { type: "integer" },
  public_interface: { type: "boolean" },
} as const satisfies FieldTable;

type CreateBody = Parsed<typeof createFields>;

/** @throws ApiError unsupported_error */
function requireSimulated(body: CreateBody): void {
  const asked =
    (body.services ?? []).length > 0 ||
    (body.targets ?? []).length > 0 ||
    body.network !== undefined ||
    body.public_interface === false;
  if (asked) throw notSimulated("services, targets and networks of load balancers");
}

/** @throws ApiError resource_limit_exceeded, invalid_input, not_found, unsupported_error, uniqueness_error */
function create(ctx: Context, body: CreateBody): LoadBalancerRow {
  requireSimulated(body);
  const { load_balancer_type: wanted } = body;
  const type = findLoadBalancerType(wanted);
  if (!type) throw notFound("load_balancer_type", wanted);
  const location = locationOf(body);
  ctx.limits.requireRoom("load_balancers", loadBalancerKind);
  return ctx.store.table(loadBalancerKind).insert({
    name: body.name,
    load_balancer_type: type.id,
    location,
    algorithm: body.algorithm?.type ?? "round_robin",
    ipv4: freeAddress(ctx, "ipv4"),
    ipv6: hostAddress6(freeAddress(ctx, "ipv6")),
    labels: body.labels ?? {},
    protection: { delete: false },
    dns_ptr: {},
    created: new Date().toISOString(),
  });
}

/**
 * The location of the request, or the first location of its network zone. Hetzner does not document
 * which one it chooses.
 */
function locationOf({ location, network_zone: zone }: CreateBody): string {
  if (location !== undefined && zone !== undefined)
    throw invalidField("network_zone", "cannot be used together with location");
  const found = locationList.find(({ name, network_zone }) =>
    location === undefined ? network_zone === zone : name === location,
  );
  if (found) return found.name;
  throw location === undefined
    ? invalidField("location", "Missing data: name a location or a network_zone.")
    : invalidField("location", `'${location}' does not exist`);
}

function requireBalancer(ctx: Context, id: string | undefined): LoadBalancerRow {
  return ctx.store.table(loadBalancerKind).require(id ?? "");
}

function started(ctx: Context, command: string, row: LoadBalancerRow) {
  const about = [{ id: row.id, type: loadBalancerKind.name }];
  return ctx.actions.toWire(ctx.actions.start(command, about));
}

/** Load balancers with a name, addresses and reverse DNS. They do not forward traffic. */
export const loadBalancers = defineResource({
  kind: "load_balancer",
  parts: [notSimulatedOperations],
  commands: { create_load_balancer: {}, change_algorithm: {}, change_load_balancer_type: {} },
  routes: [
    ...readRoutes(loadBalancerKind, collection),
    ...actionRoutes("load_balancers", loadBalancerKind.name, (ctx, id) => {
      return requireBalancer(ctx, id).id;
    }),
    route("POST", "/load_balancers", createFields, ({ ctx, body }) => {
      const row = create(ctx, body);
      const action = started(ctx, "create_load_balancer", row);
      return { load_balancer: toWire(ctx, row), action };
    }),
    renameRoute(loadBalancerKind, collection),
    route("DELETE", "/load_balancers/:id", {}, ({ ctx, params }) => {
      const row = requireBalancer(ctx, params.id);
      if (row.protection.delete) throw apiError("protected", "load balancer is protected");
      ctx.store.table(loadBalancerKind).remove(row.id);
    }),
    change("change_dns_ptr", "change_dns_ptr", ptrFields, (row, body) => ({
      dns_ptr: withBalancerPtr(row, body.ip, body.dns_ptr ?? null),
    })),
    change(
      "change_protection",
      "change_protection",
      { delete: { type: "boolean" } },
      (row, body) => ({ protection: { delete: body.delete ?? row.protection.delete } }),
    ),
    change("change_algorithm", "change_algorithm", { type: algorithmField }, (_row, body) => ({
      algorithm: body.type,
    })),
    change(
      "change_type",
      "change_load_balancer_type",
      { load_balancer_type: { type: "idOrName", required: true } },
      (_row, { load_balancer_type: wanted }) => {
        const type = findLoadBalancerType(wanted);
        if (!type) throw notFound("load_balancer_type", wanted);
        return { load_balancer_type: type.id };
      },
    ),
  ],
});

/** `POST /load_balancers/{id}/actions/<name>`, which changes fields of the row. */
function change<const T extends FieldTable>(
  name: string,
  command: string,
  fields: T,
  patch: (row: LoadBalancerRow, body: Parsed<T>) => Partial<Omit<LoadBalancerRow, "id">>,
) {
  return route("POST", `/load_balancers/:id/actions/${name}`, fields, (call) => {
    const row = requireBalancer(call.ctx, call.params.id);
    call.ctx.store.table(loadBalancerKind).update(row.id, patch(row, call.body));
    return { action: started(call.ctx, command, row) };
  });
}
