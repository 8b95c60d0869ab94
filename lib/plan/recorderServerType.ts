import { limits } from "../constants";
import { chooseServerType, type ServerTypeChoice } from "./serverTypeChoice";
import type { ServerSize } from "./serverTypes";
import { monthlyPrice, orderable, type Market } from "./stock";

/** The size that a recorder needs. Its disk keeps recordings until they are at their target. */
export const recorderSize: ServerSize = {
  cores: limits.recorderCores,
  memory: limits.recorderMemoryGb,
  disk: 80,
};

/** The types of this size in the tables of the program: in Europe, and elsewhere. */
const usualTypes = { europe: "cx33", elsewhere: "cpx31" } as const;

/** The type that is ordered in a location if none can be chosen. */
export const usualRecorderType = (location: string): string =>
  ["ash", "hil", "sin"].includes(location) ? usualTypes.elsewhere : usualTypes.europe;

/**
 * The server type to order for a recorder: the one that the settings name, or the cheapest that is large enough and in
 * stock.
 *
 * @param asked `undefined` for the cheapest
 * @param market what Hetzner sells now; without it the program's own tables decide
 */
export function chooseRecorderType(
  asked: string | undefined,
  location: string,
  market?: Market,
): ServerTypeChoice {
  if (asked !== undefined) return chooseServerType(asked, location, market);
  const usual = usualRecorderType(location);
  if (market === undefined) return { name: usual };
  const [cheapest] = orderable(market, location)
    .filter(
      ({ cores, memory, disk }) =>
        cores >= recorderSize.cores && memory >= recorderSize.memory && disk >= recorderSize.disk,
    )
    .map((type) => ({ name: type.name, price: monthlyPrice(type, location) }))
    .sort((a, b) => (a.price === b.price ? a.name.localeCompare(b.name) : a.price - b.price));
  return cheapest === undefined
    ? {
        name: usual,
        refusal: `stands for a type with ${recorderSize.cores} vCPU and ${recorderSize.memory} GB, and none is in stock in ${location}`,
      }
    : { name: cheapest.name };
}
