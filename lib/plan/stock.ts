import type { ServerTypeFact } from "../hcloud/cloudFacts";

/** What Hetzner sells now, as its API says. */
export interface Market {
  readonly types: readonly ServerTypeFact[];
  /** For the dates from which types are no longer sold. */
  readonly now: Date;
}

/** Whether a type is offered in a location, in stock or not. */
export function isSold(type: ServerTypeFact, location: string, now: Date): boolean {
  if (offer(type, location) === undefined) return false;
  const end = endOfSale(type, location);
  return end === undefined || new Date(end) > now;
}

/** Whether a type that is sold in a location can be had there now. */
export function isInStock(type: ServerTypeFact, location: string): boolean {
  return offer(type, location)?.available === true;
}

/** From when on a type is not sold in a location; `undefined` if no end is announced. */
export function endOfSale(type: ServerTypeFact, location: string): string | undefined {
  return offer(type, location)?.deprecation?.unavailable_after;
}

/** The types that can be ordered in a location now. */
export function orderable({ types, now }: Market, location: string): ServerTypeFact[] {
  return types.filter(
    (type) =>
      type.architecture === "x86" && isSold(type, location, now) && isInStock(type, location),
  );
}

const offer = (type: ServerTypeFact, location: string) =>
  type.locations.find(({ name }) => name === location);

/** What a type costs a month in a location, net. Infinite where the API has no price. */
export function monthlyPrice(type: ServerTypeFact, location: string): number {
  const price = type.prices.find((entry) => entry.location === location);
  return price === undefined ? Number.POSITIVE_INFINITY : Number(price.price_monthly.net);
}
