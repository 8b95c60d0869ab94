/** The size of a server type, in all that a successor must not have less of. */
export interface ServerSize {
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  /** GB. */
  readonly disk: number;
}

/**
 * Sizes of server types, including retired ones.
 * Source: https://docs.hetzner.cloud/changelog (2024-06-06, 2025-10-16) and GET /server_types.
 */
export const serverSizes: Readonly<Record<string, ServerSize>> = {
  cx11: { cores: 1, memory: 2, disk: 20 },
  cx21: { cores: 2, memory: 4, disk: 40 },
  cx31: { cores: 2, memory: 8, disk: 80 },
  cx41: { cores: 4, memory: 16, disk: 160 },
  cx51: { cores: 8, memory: 32, disk: 240 },
  cx22: { cores: 2, memory: 4, disk: 40 },
  cx32: { cores: 4, memory: 8, disk: 80 },
  cx42: { cores: 8, memory: 16, disk: 160 },
  cx52: { cores: 16, memory: 32, disk: 320 },
  cx23: { cores: 2, memory: 4, disk: 40 },
  cx33: { cores: 4, memory: 8, disk: 80 },
  cx43: { cores: 8, memory: 16, disk: 160 },
  cx53: { cores: 16, memory: 32, disk: 320 },
  cpx11: { cores: 2, memory: 2, disk: 40 },
  cpx21: { cores: 3, memory: 4, disk: 80 },
  cpx31: { cores: 4, memory: 8, disk: 160 },
  cpx41: { cores: 8, memory: 16, disk: 240 },
  cpx51: { cores: 16, memory: 32, disk: 360 },
  cpx22: { cores: 2, memory: 4, disk: 80 },
  cpx32: { cores: 4, memory: 8, disk: 160 },
  cpx42: { cores: 8, memory: 16, disk: 320 },
  cpx62: { cores: 16, memory: 32, disk: 640 },
};

/** Memory in GB by server type: of the table above, and of `known` types, which take precedence. */
export function memoryOfTypes(
  known: readonly { readonly name: string; readonly memory?: number }[] = [],
): Record<string, number> {
  const table = Object.entries(serverSizes).map(([name, { memory }]) => [name, memory] as const);
  const told = known.flatMap(({ name, memory }) =>
    memory === undefined ? [] : [[name, memory] as const],
  );
  return Object.fromEntries([...table, ...told]);
}

/** For each retired type the type of the same size that is sold today. No successor is smaller in anything. */
export const successors: Readonly<Record<string, string>> = {
  cx11: "cx23",
  cx21: "cx23",
  cx31: "cx33",
  cx41: "cx43",
  cx51: "cx53",
  cx22: "cx23",
  cx32: "cx33",
  cx42: "cx43",
  cx52: "cx53",
  cpx11: "cpx22",
  // There is no type with 3 vCPU any more, and cpx22 would be smaller.
  cpx21: "cpx32",
  cpx31: "cpx32",
  cpx41: "cpx42",
  cpx51: "cpx62",
};

/** The types that would do for one that the settings name: itself, and its successor if it is retired. */
export function candidatesFor(asked: string): string[] {
  return [asked, successors[asked] ?? []].flat();
}

/** The first AMD family is no longer sold in Europe, but elsewhere. */
const firstCpxFamilySoldIn: readonly string[] = ["ash", "hil", "sin"];

/** Whether a type of the table of successors is still sold in a location. */
export function isStillSold(type: string, location: string): boolean {
  return /^cpx\d1$/.test(type) && firstCpxFamilySoldIn.includes(location);
}

/** A size in a sentence: 2 vCPU, 4 GB, 40 GB disk. */
export function describeSize(size: ServerSize | undefined): string {
  return size === undefined
    ? "size unknown"
    : `${size.cores} vCPU, ${size.memory} GB, ${size.disk} GB disk`;
}
