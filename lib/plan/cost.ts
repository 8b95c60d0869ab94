import type { CloudFacts, ServerTypeFact } from "../hcloud/cloudFacts";
import type { Role } from "../constants";
import type { PlannedHost } from "./plannedHosts";

export interface CostLine {
  /** web host, bridges, public IPv4 addresses. */
  readonly what: string;
  readonly count: number;
  /** A month, net. */
  readonly each: number;
}

/** What the declared cluster costs a month at the prices of the API. */
export interface MonthlyCost {
  readonly currency: string;
  /** A month, net, without VAT; a month that is not full is billed by the hour. */
  readonly total: number;
  readonly lines: readonly CostLine[];
  /** TB of outgoing traffic that all hosts together have included. */
  readonly includedTrafficTb: number;
  /** For each TB more, net. */
  readonly perTbMore: number;
}

const bytesPerTb = 1024 ** 4;

/**
 * Hosts that exist count with the type they have, others with the type that is ordered.
 * @param typeToOrder for new hosts, by role
 * @returns `undefined` where the API has no price for one of them
 */
export function monthlyCost(
  hosts: readonly PlannedHost[],
  typeToOrder: Readonly<Record<Role, string>>,
  location: string,
  facts: CloudFacts,
): MonthlyCost | undefined {
  const types = hosts.map(({ role, server }) => ({
    what: role === "web" ? "web host" : "bridge",
    type: server?.server_type ?? facts.serverTypes.find(({ name }) => name === typeToOrder[role]),
  }));
  const lines = new Map<string, CostLine>();
  const add = (what: string, each: number): void => {
    lines.set(`${what} ${each}`, {
      what,
      each,
      count: (lines.get(`${what} ${each}`)?.count ?? 0) + 1,
    });
  };
  let included = 0;
  let perTbMore = 0;
  for (const { what, type } of types) {
    const price = priceOf(type, location);
    if (type === undefined || price === undefined) return undefined;
    add(`${what} ${type.name}`, Number(price.price_monthly.net));
    included += price.included_traffic;
    perTbMore = Math.max(perTbMore, Number(price.price_per_tb_traffic.net));
  }
  const { pricing } = facts;
  const ipv4 = pricing?.primary_ips
    .find(({ type }) => type === "ipv4")
    ?.prices.find((entry) => entry.location === location);
  if (pricing === undefined || ipv4 === undefined) return undefined;
  hosts.forEach(() => {
    add("public IPv4 address", Number(ipv4.price_monthly.net));
  });
  const all = [...lines.values()];
  return {
    currency: pricing.currency,
    total: cents(all.reduce((sum, { count, each }) => sum + count * each, 0)),
    lines: all,
    includedTrafficTb: Math.round(included / bytesPerTb),
    perTbMore,
  };
}

function priceOf(type: Pick<ServerTypeFact, "prices"> | undefined, location: string) {
  return type?.prices.find((entry) => entry.location === location);
}

const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** One line for people. */
export function describeCost({ currency, total, lines, ...traffic }: MonthlyCost): string {
  const parts = lines.map(({ what, count, each }) => `${count} x ${what} ${each.toFixed(2)}`);
  return (
    `The cluster costs ${total.toFixed(2)} ${currency} a month, net: ${parts.join(", ")}; ` +
    `${traffic.includedTrafficTb} TB of outgoing traffic included, ${traffic.perTbMore.toFixed(2)} ${currency} for each TB more`
  );
}
