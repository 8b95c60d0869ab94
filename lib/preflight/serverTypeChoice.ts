import { resolveServerType, serverSizes, successors } from "../plan/serverTypes";
import { defaults } from "../constants";
import type { ServerTypeFact } from "../hcloud/cloudFacts";
import { none, problem, warning, type Findings } from "./findings";

export interface ServerTypeChoice {
  /** The type to order; the one asked for where nothing can be ordered. */
  readonly name: string;
  /** A sentence for people where it is not the type that was asked for. */
  readonly note?: string;
  readonly findings: Findings;
}

type Key = "webServerType" | "jvbServerType";

/**
 * The type to order for the one asked for, by what the cloud sells: itself, or where it is retired its
 * successor of the same size. One that is merely sold out is never exchanged by itself.
 *
 * @param now for the dates from which types are gone
 */
export function chooseServerType(
  key: Key,
  asked: string,
  location: string,
  types: readonly ServerTypeFact[],
  now: Date,
): ServerTypeChoice {
  const refuse = (reason: string): ServerTypeChoice => ({
    name: asked,
    findings: refusal(key, asked, reason, location, types, now),
  });
  const itself = types.find(({ name }) => name === asked);
  if (itself !== undefined && itself.architecture !== "x86") {
    const kind =
      itself.architecture === "arm" ? "an ARM type" : `a type for ${itself.architecture}`;
    return refuse(`is ${kind}; the hosts are x86`);
  }
  if (itself !== undefined && isSold(itself, location, now)) {
    if (isInStock(itself, location))
      return { name: asked, findings: endOfSale(key, itself, location) };
    // Where the API does not tell that a type is retired, the program's own table does.
    if (resolveServerType(asked, location).name === asked)
      return refuse(`is sold out in ${location}`);
  }
  const size = itself ?? serverSizes[asked];
  if (size === undefined) return refuse("is no server type of Hetzner's");
  const next = types.find(({ name }) => name === successors[asked]);
  const isGone = `is no longer sold in ${location}`;
  if (next === undefined || !isSold(next, location, now)) return refuse(isGone);
  if (!isAtLeast(next, size)) return refuse(`${isGone}, and ${next.name} is smaller`);
  if (!isInStock(next, location)) {
    return refuse(`${isGone}, and its successor ${next.name} is sold out there`);
  }
  return {
    name: next.name,
    note: `${asked} (${describe(size)}) is no longer sold in ${location}; using ${next.name} (${describe(next)})`,
    findings: none,
  };
}

interface Size {
  readonly cores: number;
  readonly memory: number;
  readonly disk: number;
}

const isAtLeast = (type: Size, size: Size): boolean =>
  type.cores >= size.cores && type.memory >= size.memory && type.disk >= size.disk;

const describe = ({ cores, memory, disk }: Size): string =>
  `${cores} vCPU, ${memory} GB, ${disk} GB disk`;

const inLocation = (type: ServerTypeFact, location: string) =>
  type.locations.find(({ name }) => name === location);

/** Offered in a location, in stock or not. */
function isSold(type: ServerTypeFact, location: string, now: Date): boolean {
  const place = inLocation(type, location);
  if (place === undefined) return false;
  const end = place.deprecation?.unavailable_after;
  return end === undefined || new Date(end) > now;
}

const isInStock = (type: ServerTypeFact, location: string): boolean =>
  inLocation(type, location)?.available === true;

function endOfSale(key: Key, type: ServerTypeFact, location: string): Findings {
  const end = inLocation(type, location)?.deprecation?.unavailable_after;
  return end === undefined
    ? none
    : warning(`${key} ${type.name} can be ordered in ${location} until ${end.slice(0, 10)} only`);
}

/** Says what would do: the cheapest that are not smaller, and other places where the type is in stock. */
function refusal(
  key: Key,
  asked: string,
  reason: string,
  location: string,
  types: readonly ServerTypeFact[],
  now: Date,
): Findings {
  const size = types.find(({ name }) => name === asked) ?? serverSizes[asked] ?? usualSize(key);
  const others = types
    .filter((type) => type.architecture === "x86" && isSold(type, location, now))
    .filter((type) => isInStock(type, location))
    .filter(({ cores, memory }) => cores >= size.cores && memory >= size.memory)
    .sort(byPrice(location))
    .slice(0, 3);
  const places = [asked, successors[asked]]
    .flatMap((name) => types.filter((type) => type.name === name && type.architecture === "x86"))
    .flatMap((type) =>
      type.locations
        .filter(({ name }) => isSold(type, name, now) && isInStock(type, name))
        .map(({ name }) => `${type.name} in ${name}`),
    );
  const here = others.map((type) => {
    const price = monthlyPrice(type, location);
    const tag = Number.isFinite(price) ? `, ${price.toFixed(2)} a month` : "";
    return `${type.name} (${describe(type)}${tag})`;
  });
  const wouldDo = [
    here.length > 0 ? `in ${location} ${here.join(", ")}` : "",
    places.length > 0 ? `elsewhere ${places.join(", ")}` : "",
  ].filter((text) => text !== "");
  const offer = wouldDo.length > 0 ? wouldDo.join("; ") : "nothing of this size is in stock";
  const cheapest = others[0]?.name;
  return problem(
    key,
    `is "${asked}", which ${reason}; what would do: ${offer}`,
    cheapest === undefined
      ? "pulumi config set location LOCATION  # new hosts only; see `hcloud server-type list`"
      : `pulumi config set ${key} ${cheapest}`,
  );
}

/** For a name that nobody knows: what the host gets where nothing is set. */
const usualSize = (key: Key): Size =>
  serverSizes[defaults[key]] ?? { cores: 0, memory: 0, disk: 0 };

/** Those without a price last. */
const byPrice =
  (location: string) =>
  (a: ServerTypeFact, b: ServerTypeFact): number => {
    const [first, second] = [monthlyPrice(a, location), monthlyPrice(b, location)];
    return first === second ? 0 : first - second;
  };

function monthlyPrice(type: ServerTypeFact, location: string): number {
  const price = type.prices.find((entry) => entry.location === location);
  return price === undefined ? Number.POSITIVE_INFINITY : Number(price.price_monthly.net);
}
