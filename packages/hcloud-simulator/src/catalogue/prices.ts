import type { Location } from "./locations";

/** A month costs at most 624 hours. */
const hoursPerMonth = 624;
const bytesPerTb = 1024 ** 4;

/** Price of a server type or load balancer type in a location. */
export interface TypePrice {
  readonly location: string;
  readonly price_hourly: ReturnType<typeof price>;
  readonly price_monthly: ReturnType<typeof price>;
  /** Bytes. */
  readonly included_traffic: number;
  readonly price_per_tb_traffic: ReturnType<typeof price>;
}

/** Germany's VAT, which GET /pricing returns for an account without a VAT id. */
export const vatPercent = 19;

/** Net and gross amount in the API's form: EUR with ten decimals. */
export function price(net: number): { readonly net: string; readonly gross: string } {
  return { net: net.toFixed(10), gross: (net * (1 + vatPercent / 100)).toFixed(10) };
}

/** @param monthly net EUR */
export function typePriceAt(location: Location, monthly: number): TypePrice {
  return {
    location: location.name,
    price_hourly: price(monthly / hoursPerMonth),
    price_monthly: price(monthly),
    included_traffic: (location.network_zone === "eu-central" ? 20 : 1) * bytesPerTb,
    price_per_tb_traffic: price(location.name === "sin" ? 7.4 : 1),
  };
}
