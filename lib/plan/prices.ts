import type { CostItem } from "./cost";

/**
 * List prices of servers in Germany and Finland in EUR per month, net, without their address. As of mid-2026. They are for
 * estimates without the API. Current prices: GET https://api.hetzner.cloud/v1/pricing.
 */
const listPrices: Readonly<Record<string, number>> = {
  cx23: 5.49,
  cx33: 8.49,
  cx43: 15.99,
  cx53: 29.49,
  cpx22: 19.49,
  cpx32: 35.49,
  cpx42: 69.49,
  cpx52: 100.49,
  cpx62: 129.99,
  ccx13: 42.99,
  ccx23: 85.99,
  ccx33: 138.49,
};

/** List price of a public IPv4 address in EUR per month, net. */
const ipv4Price = 0.5;

/** A server at list price. @param own prices that come before those of the list, by server type */
export function listedServer(type: string, own: Readonly<Record<string, number>> = {}): CostItem {
  const known = [own, listPrices].find((prices) => Object.hasOwn(prices, type));
  return { what: type, price: known?.[type] };
}

/** A public IPv4 address at list price. */
export const listedIpv4: CostItem = { what: "public IPv4 address", price: ipv4Price };
