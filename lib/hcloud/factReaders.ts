import {
  amount,
  date,
  flag,
  list,
  nullable,
  number,
  object,
  optional,
  otherwise,
  readableRows,
  text,
  texts,
  type Read,
} from "./answer";
import type {
  Deprecation,
  ImageFact,
  NetworkFact,
  PriceFact,
  PrimaryIpFact,
  RrsetFact,
  ServerFact,
  ServerTypeFact,
  ServerTypePrice,
  ZoneFact,
} from "./cloudFacts";

// One reader for each kind of fact, with the API's own names and units. The interfaces say what the program needs. The
// readers say what it can do without: fields that are `optional` or have a default.

const deprecation: Read<Deprecation | undefined> = optional(
  object({ announced: optional(date), unavailable_after: optional(date) }),
);

const net = object({ net: amount });

/** No price is better than a wrong price: a row that lacks one of its parts is left out. */
const prices: Read<ServerTypePrice[]> = otherwise(
  readableRows(
    object({
      location: text,
      price_monthly: net,
      included_traffic: number,
      price_per_tb_traffic: net,
    }),
  ),
  [],
);

export const serverType: Read<ServerTypeFact> = object({
  name: text,
  architecture: text,
  cores: number,
  memory: number,
  disk: number,
  prices,
  // If the API does not say it, the order finds out whether there is stock.
  locations: list(object({ name: text, available: otherwise(flag, true), deprecation })),
});

export const image: Read<ImageFact> = object({ status: text, architecture: text, deprecation });

const optionalName = optional(object({ name: optional(text) }));

export const server: Read<ServerFact> = object({
  id: number,
  name: text,
  status: otherwise(text, "unknown"),
  labels: texts,
  server_type: object({ name: text, memory: optional(number), prices }),
  public_net: optional(object({ ipv4: optional(object({ ip: optional(text) })) })),
  image: optionalName,
  location: optionalName,
});

export const network: Read<NetworkFact> = object({
  name: text,
  ip_range: text,
  labels: texts,
  subnets: optional(readableRows(object({ network_zone: optional(text) }))),
});

const assignee = nullable(number);

export const primaryIp: Read<PrimaryIpFact> = object({
  name: text,
  location: optionalName,
  // No server is null. A field that is absent says nothing.
  assignee_id: (value, place) => (value === undefined ? undefined : assignee(value, place)),
});

export const rrset: Read<RrsetFact> = object({
  name: text,
  type: text,
  labels: texts,
  records: otherwise(readableRows(object({ value: text })), []),
});

export const zone: Read<Omit<ZoneFact, "rrsets">> = object({
  mode: text,
  authoritative_nameservers: optional(
    object({ assigned: optional(list(text)), delegation_status: optional(text) }),
  ),
});

/** Without a readable price list the cost is not shown, and everything else works. */
export const pricing: Read<PriceFact | undefined> = (value, place) => priceLists([value], place)[0];

const priceLists = readableRows<PriceFact>(
  object({
    currency: text,
    primary_ips: readableRows(
      object({ type: text, prices: readableRows(object({ location: text, price_monthly: net })) }),
    ),
  }),
);
