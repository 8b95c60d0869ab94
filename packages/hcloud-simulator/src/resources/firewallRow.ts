import type { FirewallRule } from "../driver";
import type { Context } from "../context";
import { parseSelector } from "../labels";
import type { Kind } from "../store";

import type { NamedRow } from "./common";
import { serverKind, type ServerRow } from "./servers/serverRow";

export interface WireRule {
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  readonly port: string | null;
  readonly source_ips: readonly string[];
  readonly destination_ips: readonly string[];
  readonly description: string | null;
}

export type Target =
  | { readonly type: "server"; readonly server: { readonly id: number } }
  | { readonly type: "label_selector"; readonly label_selector: { readonly selector: string } };

export interface FirewallRow extends NamedRow {
  readonly rules: readonly WireRule[];
  readonly applied_to: readonly Target[];
}

export const firewallKind: Kind<FirewallRow> = { name: "firewall", unique: ["name"] };

/** Ids of the servers that a target matches now. */
export function serversOfTarget(ctx: Context, target: Target): number[] {
  if (target.type === "server") return [target.server.id];
  const matches = parseSelector(target.label_selector.selector);
  const servers = ctx.store.table(serverKind).all();
  return servers.filter((server) => matches(server.labels)).map(({ id }) => id);
}

/** Ids of the servers that a firewall filters now, each once. */
export function serversOfFirewall(ctx: Context, firewall: FirewallRow): number[] {
  return [...new Set(firewall.applied_to.flatMap((target) => serversOfTarget(ctx, target)))];
}

/** The firewalls that filter a server, directly or by its labels. */
export function firewallsOfServer(ctx: Context, server: ServerRow): FirewallRow[] {
  return ctx.store
    .table(firewallKind)
    .all()
    .filter((firewall) =>
      firewall.applied_to.some((target) =>
        target.type === "server"
          ? target.server.id === server.id
          : parseSelector(target.label_selector.selector)(server.labels),
      ),
    );
}

/** All rules of all firewalls of a server, in the driver's form. null without a firewall. */
export function rulesOfServer(ctx: Context, server: ServerRow): FirewallRule[] | null {
  const firewalls = firewallsOfServer(ctx, server);
  if (firewalls.length === 0) return null;
  return firewalls.flatMap(({ rules }) =>
    rules.map((rule) => ({
      direction: rule.direction,
      protocol: rule.protocol,
      ...(rule.port !== null && { port: rule.port }),
      sourceIps: rule.source_ips,
      destinationIps: rule.destination_ips,
    })),
  );
}
