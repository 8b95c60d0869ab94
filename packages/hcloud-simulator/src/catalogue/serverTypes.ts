import type { Deprecation } from "./deprecation";
import { locationList } from "./locations";
import { typePriceAt, type TypePrice } from "./prices";

export type Architecture = "x86" | "arm";

/** As in GET /server_types. */
export interface ServerType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  /** GB. */
  readonly disk: number;
  readonly storage_type: "local";
  readonly cpu_type: "shared" | "dedicated";
  readonly architecture: Architecture;
  readonly deprecation: Deprecation | null;
  readonly prices: readonly TypePrice[];
  readonly locations: readonly ServerTypeLocation[];
}

export interface ServerTypeLocation {
  readonly id: number;
  readonly name: string;
  readonly available: boolean;
  readonly recommended: boolean;
  readonly deprecation: Deprecation | null;
}

interface Family {
  readonly category: string;
  readonly cpuType: "shared" | "dedicated";
  readonly architecture: Architecture;
  /** Locations in which the type can be ordered. */
  readonly sold: readonly string[];
  /** Locations in which the type could be ordered until its retirement. */
  readonly retired?: readonly string[];
  /** By default the retirement of 2025. */
  readonly end?: Deprecation;
}

const eu = ["fsn1", "nbg1", "hel1"];
const overseas = ["ash", "hil", "sin"];

/** Announced on 2025-10-16, not orderable in the EU since January 2026 (changelog). */
const retirement: Deprecation = {
  announced: "2025-10-16T06:00:00Z",
  unavailable_after: "2026-01-01T00:00:00Z",
};

/** Announced in June 2024, not orderable since September 2024 (changelog). */
const endOfGen1: Deprecation = {
  announced: "2024-06-06T06:00:00Z",
  unavailable_after: "2024-09-06T00:00:00Z",
};

const shared = { cpuType: "shared", architecture: "x86" } as const;
const families = {
  cxGen1: { ...shared, category: "cost_optimized", sold: [], retired: eu, end: endOfGen1 },
  cxGen2: { ...shared, category: "cost_optimized", sold: [], retired: eu },
  cxGen3: { ...shared, category: "cost_optimized", sold: eu },
  cax: { cpuType: "shared", architecture: "arm", category: "cost_optimized", sold: eu },
  cpxGen1: { ...shared, category: "regular_purpose", sold: overseas, retired: eu },
  cpxGen2: { ...shared, category: "regular_purpose", sold: [...eu, "sin"] },
  ccx: {
    cpuType: "dedicated",
    architecture: "x86",
    category: "general_purpose",
    sold: [...eu, ...overseas],
  },
} satisfies Record<string, Family>;

type Line = readonly [
  id: number,
  name: string,
  family: keyof typeof families,
  cores: number,
  memory: number,
  disk: number,
  /** Net EUR a month in Germany, mid-2026. Approximate for types that are no longer sold there. */
  monthly: number,
];

/**
 * Removed in September 2024. The API finds them by id only; they are in no list and cannot be found
 * by name.
 */
const removedLines: readonly Line[] = [
  [1, "cx11", "cxGen1", 1, 2, 20, 3.29],
  [3, "cx21", "cxGen1", 2, 4, 40, 4.85],
  [5, "cx31", "cxGen1", 2, 8, 80, 8.7],
  [7, "cx41", "cxGen1", 4, 16, 160, 15.9],
  [9, "cx51", "cxGen1", 8, 32, 240, 31.9],
];

/**
 * Sizes are the vendor's. Prices are an example of mid-2026; the real ones come from GET /pricing.
 */
const lines: readonly Line[] = [
  [22, "cpx11", "cpxGen1", 2, 2, 40, 5.49],
  [23, "cpx21", "cpxGen1", 3, 4, 80, 9.49],
  [24, "cpx31", "cpxGen1", 4, 8, 160, 17.49],
  [25, "cpx41", "cpxGen1", 8, 16, 240, 32.49],
  [26, "cpx51", "cpxGen1", 16, 32, 360, 65.99],
  [45, "cax11", "cax", 2, 4, 40, 5.99],
  [93, "cax21", "cax", 4, 8, 80, 10.49],
  [94, "cax31", "cax", 8, 16, 160, 20.49],
  [95, "cax41", "cax", 16, 32, 320, 40.99],
  [96, "ccx13", "ccx", 2, 8, 80, 42.99],
  [97, "ccx23", "ccx", 4, 16, 160, 85.99],
  [98, "ccx33", "ccx", 8, 32, 240, 138.49],
  [99, "ccx43", "ccx", 16, 64, 360, 276.99],
  [100, "ccx53", "ccx", 32, 128, 600, 553.99],
  [101, "ccx63", "ccx", 48, 192, 960, 830.99],
  [104, "cx22", "cxGen2", 2, 4, 40, 3.79],
  [105, "cx32", "cxGen2", 4, 8, 80, 6.8],
  [106, "cx42", "cxGen2", 8, 16, 160, 16.4],
  [107, "cx52", "cxGen2", 16, 32, 320, 32.4],
  [108, "cpx12", "cpxGen2", 1, 2, 40, 9.99],
  [109, "cpx22", "cpxGen2", 2, 4, 80, 19.49],
  [110, "cpx32", "cpxGen2", 4, 8, 160, 35.49],
  [111, "cpx42", "cpxGen2", 8, 16, 320, 69.49],
  [112, "cpx52", "cpxGen2", 12, 24, 480, 100.49],
  [113, "cpx62", "cpxGen2", 16, 32, 640, 129.99],
  [114, "cx23", "cxGen3", 2, 4, 40, 5.49],
  [115, "cx33", "cxGen3", 4, 8, 80, 8.49],
  [116, "cx43", "cxGen3", 8, 16, 160, 15.99],
  [117, "cx53", "cxGen3", 16, 32, 320, 29.49],
];

export const serverTypeList: readonly ServerType[] = lines.map(serverType);
const removedTypes: readonly ServerType[] = removedLines.map(serverType);

function serverType([id, name, familyName, cores, memory, disk, monthly]: Line): ServerType {
  const family: Family = families[familyName];
  const retired = family.retired ?? [];
  const places = locationList.filter(({ name: at }) => [...family.sold, ...retired].includes(at));
  const gone = family.sold.length === 0;
  const end = family.end ?? retirement;
  return {
    id,
    name,
    // "cpx11" is described as "CPX 11".
    description: name.toUpperCase().replace(/(?=\d)/, " "),
    category: family.category,
    cores,
    memory,
    disk,
    storage_type: "local",
    cpu_type: family.cpuType,
    architecture: family.architecture,
    // Set only for a type that is retired everywhere. Since 2025, `locations` has the retirement of
    // each location.
    deprecation: gone ? end : null,
    prices: places.map((place) => typePriceAt(place, monthly)),
    locations: places.map((place) => ({
      id: place.id,
      name: place.name,
      available: family.sold.includes(place.name),
      recommended: family.sold.includes(place.name),
      deprecation: retired.includes(place.name) ? end : null,
    })),
  };
}

/** By id, including removed types; or by name: `cx23`. */
export function findServerType(idOrName: number | string): ServerType | undefined {
  const all = [...serverTypeList, ...removedTypes];
  return (
    serverTypeList.find(({ name }) => name === idOrName) ??
    all.find(({ id }) => String(id) === String(idOrName))
  );
}
