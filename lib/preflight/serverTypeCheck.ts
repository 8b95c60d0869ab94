import { serverTypeKeys } from "../config/keys/servers";
import type { ServerTypeFact } from "../hcloud/cloudFacts";
import type { ServerTypeChoice } from "../plan/serverTypeChoice";
import { recorderSize } from "../plan/recorderServerType";
import { candidatesFor, describeSize, serverSizes, type ServerSize } from "../plan/serverTypes";
import { endOfSale, isInStock, isSold, monthlyPrice, orderable, type Market } from "../plan/stock";
import { none, problem, warning, type Findings } from "./findings";

type Key = "webServerType" | "jvbServerType" | "jibriServerType";

/** What the settings ask for. */
interface Asked {
  readonly key: Key;
  /** Empty for the cheapest type of the size of a recorder. */
  readonly type: string;
  readonly location: string;
}

/** Refuses a type that cannot be ordered, and warns of one whose sale ends. */
export function checkServerType(asked: Asked, choice: ServerTypeChoice, market: Market): Findings {
  if (choice.refusal !== undefined) return refused(asked, choice.refusal, market);
  const ordered = market.types.find(({ name }) => name === choice.name);
  const end = ordered && endOfSale(ordered, asked.location);
  if (choice.name !== asked.type || end === undefined) return none;
  return warning(
    `${asked.key} ${asked.type} can be ordered in ${asked.location} only until ${end.slice(0, 10)}`,
  );
}

/** Offers the three cheapest types here that are not smaller, and other locations that have the type. */
function refused({ key, type, location }: Asked, reason: string, market: Market): Findings {
  const { types, now } = market;
  const size = types.find(({ name }) => name === type) ?? serverSizes[type] ?? usualSize(key);
  const others = orderable(market, location)
    .filter(({ cores, memory }) => cores >= size.cores && memory >= size.memory)
    .sort(byPrice(location))
    .slice(0, 3);
  const places = candidatesFor(type)
    .flatMap((name) => types.filter((one) => one.name === name && one.architecture === "x86"))
    .flatMap((one) =>
      one.locations
        .filter(({ name }) => isSold(one, name, now) && isInStock(one, name))
        .map(({ name }) => `${one.name} in ${name}`),
    );
  const here = others.map((one) => {
    const price = monthlyPrice(one, location);
    const tag = Number.isFinite(price) ? `, ${price.toFixed(2)} a month` : "";
    return `${one.name} (${describeSize(one)}${tag})`;
  });
  const wouldDo = [
    here.length > 0 ? `in ${location} ${here.join(", ")}` : "",
    places.length > 0 ? `elsewhere ${places.join(", ")}` : "",
  ].filter((text) => text !== "");
  const offer = wouldDo.length > 0 ? wouldDo.join("; ") : "no type of this size is in stock";
  const cheapest = others[0]?.name;
  return problem(
    key,
    `is "${type}", which ${reason}; alternatives: ${offer}`,
    cheapest === undefined
      ? "pulumi config set location LOCATION  # new hosts only; see `hcloud server-type list`"
      : `pulumi config set ${key} ${cheapest}`,
  );
}

/** For an unknown name: the size of the default type. */
const usualSize = (key: Key): ServerSize =>
  key === "jibriServerType"
    ? recorderSize
    : (serverSizes[serverTypeKeys[key].default] ?? { cores: 0, memory: 0, disk: 0 });

/** Types without a price come last. */
const byPrice =
  (location: string) =>
  (a: ServerTypeFact, b: ServerTypeFact): number => {
    const [first, second] = [monthlyPrice(a, location), monthlyPrice(b, location)];
    return first === second ? 0 : first - second;
  };
