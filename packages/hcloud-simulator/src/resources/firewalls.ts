import type { Context } from "../context";
import { apiError } from "../errors";
import type { Parsed } from "../fields";
import { parseSelector } from "../labels";
import { defineResource, route } from "../resource";

import { actionRoutes, labelsField, nameField, readRoutes, renameRoute } from "./common";
import {
  firewallKind,
  firewallsOfServer,
  serversOfFirewall,
  serversOfTarget,
  type FirewallRow,
  type Target,
} from "./firewallRow";
import { checkedRules, maxRules, ruleFields } from "./firewallRules";
import { refreshFirewall } from "./servers/hosts";
import { serverKind } from "./servers/serverRow";

const maxFirewallsPerServer = 5;

const targetFields = {
  type: { type: "string", required: true, oneOf: ["server", "label_selector"] },
  server: { type: "object", fields: { id: { type: "integer", required: true } } },
  label_selector: {
    type: "object",
    fields: { selector: { type: "string", required: true, min: 1 } },
  },
} as const;

const targetsField = { type: "array", items: { type: "object", fields: targetFields } } as const;
const rulesField = {
  type: "array",
  max: maxRules,
  items: { type: "object", fields: ruleFields },
} as const;

export function firewallToWire(ctx: Context, row: FirewallRow) {
  return {
    ...row,
    applied_to: row.applied_to.map((target) =>
      target.type === "server"
        ? target
        : {
            ...target,
            applied_to_resources: serversOfTarget(ctx, target).map((id) => ({
              type: "server",
              server: { id },
            })),
          },
    ),
  };
}

const collection = {
  path: "firewalls",
  one: "firewall",
  toWire: firewallToWire,
  list: { sort: ["id", "name", "created"] },
} as const;

export const firewalls = defineResource({
  kind: "firewall",
  commands: {
    set_firewall_rules: {},
    apply_firewall: { run: (ctx, action) => refreshFirewall(ctx, Number(action.input.server)) },
    remove_firewall: { run: (ctx, action) => refreshFirewall(ctx, Number(action.input.server)) },
  },
  routes: [
    ...readRoutes(firewallKind, collection),
    ...actionRoutes("firewalls", firewallKind.name, (ctx, id) => requireFirewall(ctx, id).id),
    renameRoute(firewallKind, collection),
    route(
      "POST",
      "/firewalls",
      {
        name: { ...nameField, required: true },
        labels: labelsField,
        rules: rulesField,
        apply_to: targetsField,
      },
      ({ ctx, body }) => {
        const table = ctx.store.table(firewallKind);
        ctx.limits.requireRoom("firewalls", firewallKind);
        const { id } = table.insert({
          name: body.name,
          labels: body.labels ?? {},
          rules: checkedRules(body.rules ?? []),
          applied_to: [],
          created: new Date().toISOString(),
        });
        const actions = [
          start(ctx, "set_firewall_rules", id),
          ...applyTo(ctx, id, toTargets(body.apply_to ?? [])),
        ];
        return { firewall: firewallToWire(ctx, table.require(id)), actions };
      },
    ),
    route("DELETE", "/firewalls/:id", {}, ({ ctx, params }) => {
      const row = requireFirewall(ctx, params.id);
      if (row.applied_to.length > 0)
        throw apiError("resource_in_use", "firewall must not be in use to be deleted");
      ctx.store.table(firewallKind).remove(row.id);
    }),
    route(
      "POST",
      "/firewalls/:id/actions/set_rules",
      { rules: { ...rulesField, required: true } },
      ({ ctx, params, body }) => {
        const { id } = requireFirewall(ctx, params.id);
        const row = ctx.store.table(firewallKind).update(id, { rules: checkedRules(body.rules) });
        const servers = serversOfFirewall(ctx, row);
        return {
          actions: [
            start(ctx, "set_firewall_rules", id),
            ...servers.map((server) => start(ctx, "apply_firewall", id, server)),
          ],
        };
      },
    ),
    route(
      "POST",
      "/firewalls/:id/actions/apply_to_resources",
      { apply_to: { ...targetsField, required: true } },
      ({ ctx, params, body }) => {
        const { id } = requireFirewall(ctx, params.id);
        return { actions: applyTo(ctx, id, toTargets(body.apply_to)) };
      },
    ),
    route(
      "POST",
      "/firewalls/:id/actions/remove_from_resources",
      { remove_from: { ...targetsField, required: true } },
      ({ ctx, params, body }) => {
        const { id } = requireFirewall(ctx, params.id);
        return { actions: removeFrom(ctx, id, toTargets(body.remove_from)) };
      },
    ),
  ],
});

function requireFirewall(ctx: Context, id: string | undefined): FirewallRow {
  return ctx.store.table(firewallKind).require(id ?? "");
}

function start(ctx: Context, command: string, firewall: number, server?: number) {
  const resources = [{ id: firewall, type: firewallKind.name }];
  if (server === undefined) return ctx.actions.toWire(ctx.actions.start(command, resources));
  const both = [...resources, { id: server, type: serverKind.name }];
  return ctx.actions.toWire(ctx.actions.start(command, both, { input: { server } }));
}

function toTargets(given: readonly Parsed<typeof targetFields>[]): Target[] {
  return given.map(({ type, server, label_selector: selector }) => {
    if (type === "server" && server) return { type, server };
    if (type === "label_selector" && selector) {
      parseSelector(selector.selector, "label_selector.selector");
      return { type, label_selector: selector };
    }
    throw apiError("invalid_input", `a target of type ${type} must have a ${type}`, {
      fields: [{ name: type, messages: ["Missing data for required field."] }],
    });
  });
}

function sameTarget(a: Target, b: Target): boolean {
  if (a.type === "server") return b.type === "server" && a.server.id === b.server.id;
  return b.type === "label_selector" && a.label_selector.selector === b.label_selector.selector;
}

/**
 * Applies a firewall to targets. Starts one action for each server that it did not filter before.
 */
export function applyTo(ctx: Context, id: number, targets: readonly Target[]) {
  const table = ctx.store.table(firewallKind);
  const before = new Set(serversOfFirewall(ctx, table.require(id)));
  for (const target of targets) {
    const { applied_to: known } = table.require(id);
    if (known.some((other) => sameTarget(other, target)))
      throw apiError("firewall_already_applied", "firewall is already applied to this resource");
    if (target.type === "server") requireFilterable(ctx, target.server.id);
    table.update(id, { applied_to: [...known, target] });
  }
  const added = serversOfFirewall(ctx, table.require(id)).filter((server) => !before.has(server));
  return added.map((server) => start(ctx, "apply_firewall", id, server));
}

function requireFilterable(ctx: Context, id: number): void {
  const server = ctx.store.table(serverKind).get(id);
  if (!server)
    throw apiError("firewall_resource_not_found", `server with ID '${id.toString()}' not found`);
  if (server.ipv4 === null && server.ipv6 === null)
    throw apiError("private_net_only_server", "server has no public network interface");
  if (firewallsOfServer(ctx, server).length >= maxFirewallsPerServer)
    throw apiError("resource_limit_exceeded", "a server can have at most 5 firewalls", {
      limits: [{ name: "firewalls_per_server_limit" }],
    });
}

/**
 * Removes a firewall from targets. A target that it is not applied to is not an error (changelog
 * 2025-08-04).
 */
function removeFrom(ctx: Context, id: number, targets: readonly Target[]) {
  const table = ctx.store.table(firewallKind);
  const row = table.require(id);
  const before = serversOfFirewall(ctx, row);
  for (const target of targets) {
    const { applied_to: known } = table.require(id);
    if (target.type === "server") requireRemovable(ctx, row, target.server.id);
    table.update(id, { applied_to: known.filter((other) => !sameTarget(other, target)) });
  }
  const left = new Set(serversOfFirewall(ctx, table.require(id)));
  const removed = before.filter((server) => !left.has(server));
  return removed.map((server) => start(ctx, "remove_firewall", id, server));
}

function requireRemovable(ctx: Context, row: FirewallRow, server: number): void {
  if (!ctx.store.table(serverKind).get(server))
    throw apiError(
      "firewall_resource_not_found",
      `server with ID '${server.toString()}' not found`,
    );
  const direct = row.applied_to.some((target) => sameTarget(target, serverTarget(server)));
  if (!direct && serversOfFirewall(ctx, row).includes(server))
    throw apiError(
      "firewall_managed_by_label_selector",
      "firewall is applied by a label selector and cannot be removed manually",
    );
}

function serverTarget(id: number): Target {
  return { type: "server", server: { id } };
}
