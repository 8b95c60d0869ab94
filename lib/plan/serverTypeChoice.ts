import { describeSize, isStillSold, serverSizes, successors, type ServerSize } from "./serverTypes";
import { isInStock, isSold, type Market } from "./stock";

/** The server type to order for the one that the settings name. */
export interface ServerTypeChoice {
  /** The type to order. If none can be ordered, the type that the settings name. */
  readonly name: string;
  /** A sentence for the operator if another type than the named one is ordered. */
  readonly note?: string;
  /** Why none can be ordered, as the rest of a sentence: "is sold out in fsn1". Absent if one can. */
  readonly refusal?: string;
}

/**
 * The server type to order: the one that the settings name, or for a retired one its successor of the same size. A type
 * that is only sold out is never exchanged.
 *
 * @param market what Hetzner sells now. Without it the program's own tables decide. A name that is in none of them is
 * then taken as it is, so that a type which Hetzner starts to sell tomorrow works at once.
 */
export function chooseServerType(
  asked: string,
  location: string,
  market?: Market,
): ServerTypeChoice {
  return market === undefined ? byTables(asked, location) : byMarket(asked, location, market);
}

function byTables(asked: string, location: string): ServerTypeChoice {
  const next = successors[asked];
  if (next === undefined || isStillSold(asked, location)) return { name: asked };
  return exchanged(asked, serverSizes[asked], next, serverSizes[next], location);
}

function byMarket(asked: string, location: string, { types, now }: Market): ServerTypeChoice {
  const refuse = (refusal: string): ServerTypeChoice => ({ name: asked, refusal });
  const itself = types.find(({ name }) => name === asked);
  if (itself !== undefined && itself.architecture !== "x86") {
    const kind =
      itself.architecture === "arm" ? "an ARM type" : `a type for ${itself.architecture}`;
    return refuse(`is ${kind}; the hosts are x86`);
  }
  if (itself !== undefined && isSold(itself, location, now)) {
    if (isInStock(itself, location)) return { name: asked };
    // Where the API does not tell that a type is retired, the program's own table does.
    if (byTables(asked, location).name === asked) return refuse(`is sold out in ${location}`);
  }
  const size = itself ?? serverSizes[asked];
  if (size === undefined) return refuse("is not a server type of Hetzner");
  const next = types.find(({ name }) => name === successors[asked]);
  const isGone = `is no longer sold in ${location}`;
  if (next === undefined || !isSold(next, location, now)) return refuse(isGone);
  if (!isAtLeast(next, size)) return refuse(`${isGone}, and ${next.name} is smaller`);
  if (!isInStock(next, location)) {
    return refuse(`${isGone}, and its successor ${next.name} is sold out there`);
  }
  return exchanged(asked, size, next.name, next, location);
}

function exchanged(
  asked: string,
  askedSize: ServerSize | undefined,
  next: string,
  nextSize: ServerSize | undefined,
  location: string,
): ServerTypeChoice {
  return {
    name: next,
    note: `${asked} (${describeSize(askedSize)}) is no longer sold in ${location}; using ${next} (${describeSize(nextSize)})`,
  };
}

const isAtLeast = (type: ServerSize, size: ServerSize): boolean =>
  type.cores >= size.cores && type.memory >= size.memory && type.disk >= size.disk;
