import type { Role } from "../constants";
import type { CloudFacts, ServerTypeFact } from "../hcloud/cloudFacts";
import type { PlannedHost } from "./plannedHosts";

/** Something that is paid for each month. */
export interface CostItem {
  /** A server type, or: public IPv4 address. */
  readonly what: string;
  /** A month, net; `undefined` if no price is known. */
  readonly price: number | undefined;
}

/** What items cost a month together; those without a known price are named, and are not in the total. */
export function sumOf(items: readonly CostItem[]): { total: number; unknown: string[] } {
  const unknown = items.filter(({ price }) => price === undefined).map(({ what }) => what);
  return {
    total: items.reduce((sum, { price = 0 }) => sum + price, 0),
    unknown: [...new Set(unknown)],
  };
}

/** An amount of money, without the error of binary fractions. */
export const cents = (amount: number): number => Math.round(amount * 100) / 100;

export interface CostLine {
  /** web host, bridge, recorder, public IPv4 address. */
  readonly what: string;
  readonly count: number;
  /** A month, net. */
  readonly each: number;
}

/** What the declared cluster costs a month at the prices of the API. */
export interface MonthlyCost {
  readonly currency: string;
  /** A month, net, without VAT. A shorter time is billed by the hour. */
  readonly total: number;
  readonly lines: readonly CostLine[];
  /** TB of outgoing traffic that all hosts together have included. */
  readonly includedTrafficTb: number;
  /** For each TB more, net. */
  readonly perTbMore: number;
}

/** What a host of each role is called. */
const nouns: Readonly<Record<Role, string>> = { web: "web host", jvb: "bridge", jibri: "recorder" };

const bytesPerTb = 1024 ** 4;

/**
 * Hosts that exist count with the type that they have, others with the type that is ordered.
 * @param typeToOrder for new hosts, by role
 * @returns `undefined` if the API has no price for one of them
 */
export function monthlyCost(
  hosts: readonly PlannedHost[],
  typeToOrder: Readonly<Record<Role, string>>,
  location: string,
  { serverTypes, pricing }: CloudFacts,
): MonthlyCost | undefined {
  const servers = hosts.map(({ role, server }) => {
    const type = server?.server_type ?? serverTypes.find(({ name }) => name === typeToOrder[role]);
    const price = priceOf(type, location);
    return {
      what: `${nouns[role]} ${type?.name ?? ""}`,
      price: price && Number(price.price_monthly.net),
      traffic: price?.included_traffic ?? 0,
      perTbMore: Number(price?.price_per_tb_traffic.net ?? 0),
    };
  });
  const ipv4 = pricing?.primary_ips
    .find(({ type }) => type === "ipv4")
    ?.prices.find((entry) => entry.location === location);
  const address = { what: "public IPv4 address", price: ipv4 && Number(ipv4.price_monthly.net) };
  const items = [...servers, ...hosts.map(() => address)];
  const { total, unknown } = sumOf(items);
  if (pricing === undefined || unknown.length > 0) return undefined;
  const traffic = servers.reduce((sum, server) => sum + server.traffic, 0);
  return {
    currency: pricing.currency,
    total: cents(total),
    lines: linesOf(items),
    includedTrafficTb: Math.round(traffic / bytesPerTb),
    perTbMore: Math.max(0, ...servers.map(({ perTbMore }) => perTbMore)),
  };
}

function priceOf(type: Pick<ServerTypeFact, "prices"> | undefined, location: string) {
  return type?.prices.find((entry) => entry.location === location);
}

/** Equal items on one line, in the order of the first of each. */
function linesOf(items: readonly CostItem[]): CostLine[] {
  const lines = new Map<string, CostLine>();
  for (const { what, price: each = 0 } of items) {
    const key = `${what} ${each}`;
    lines.set(key, { what, each, count: (lines.get(key)?.count ?? 0) + 1 });
  }
  return [...lines.values()];
}

/** One line for the operator. */
export function describeCost({ currency, total, lines, ...traffic }: MonthlyCost): string {
  const parts = lines.map(({ what, count, each }) => `${count} x ${what} ${each.toFixed(2)}`);
  return (
    `The cluster costs ${total.toFixed(2)} ${currency} a month, net: ${parts.join(", ")}; ` +
    `${traffic.includedTrafficTb} TB of outgoing traffic included, ${traffic.perTbMore.toFixed(2)} ${currency} for each TB more`
  );
}
