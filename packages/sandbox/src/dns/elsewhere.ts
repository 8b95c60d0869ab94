import { readFileSync } from "node:fs";
import type { DnsRecord, DnsSource } from "../../../hcloud-simulator/src/dnsSource";
import { writeFileAtomically } from "../files";

/** Name of the name server of all zones that are not at Hetzner. */
export const elsewhereNameServer = "ns1.elsewhere.test";

/** A record in a zone that is not at Hetzner. */
export interface ElsewhereRecord extends DnsRecord {
  /** Apex of the zone, without the trailing dot. */
  readonly zone: string;
}

/**
 * Zones at another provider than Hetzner, as an operator makes them by hand. A zone exists as long
 * as it has records. They survive a restart of the sandbox.
 */
export class ElsewhereZones {
  private records: readonly ElsewhereRecord[];

  /** @param file where they are kept, as JSON */
  constructor(private readonly file: string) {
    this.records = readRecords(file);
  }

  all(): readonly ElsewhereRecord[] {
    return this.records;
  }

  /** Sets all records of a name and type. */
  set(zone: string, { name, type, ttl }: Omit<DnsRecord, "data">, values: readonly string[]): void {
    const others = this.records.filter((record) => record.name !== name || record.type !== type);
    this.keep([...others, ...values.map((data) => ({ zone, name, type, ttl, data }))]);
  }

  /**
   * Removes records: of a name and type, of a name, or all.
   *
   * @returns how many were removed
   */
  unset(name?: string, type?: string): number {
    const before = this.records.length;
    this.keep(
      this.records.filter(
        (record) =>
          (name !== undefined && record.name !== name) ||
          (type !== undefined && record.type !== type),
      ),
    );
    return before - this.records.length;
  }

  /** The zones as data of a name server. */
  get source(): DnsSource {
    return {
      zones: () => [...new Set(this.records.map(({ zone }) => zone))],
      recordsAt: (name) => [
        ...this.records.filter((record) => record.name === name),
        ...(this.records.some(({ zone }) => zone === name) ? apexRecords(name) : []),
      ],
      exists: (name) =>
        this.records.some(
          (record) =>
            record.zone === name || record.name === name || record.name.endsWith(`.${name}`),
        ),
    };
  }

  private keep(records: readonly ElsewhereRecord[]): void {
    writeFileAtomically(this.file, `${JSON.stringify(records, null, 2)}\n`);
    this.records = records;
  }
}

const apexRecords = (name: string): DnsRecord[] => [
  { name, type: "NS", ttl: 3600, data: `${elsewhereNameServer}.` },
  {
    ...{ name, type: "SOA", ttl: 3600 },
    data: `${elsewhereNameServer}. hostmaster.elsewhere.test. 1 86400 10800 3600000 60`,
  },
];

function readRecords(file: string): readonly ElsewhereRecord[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ElsewhereRecord[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * The public DNS: the zones of both providers. If both have a zone of the same name, its delegation
 * goes elsewhere, as after a move away from Hetzner. Hetzner's name servers still answer for it.
 */
export function publicSource(hetzner: DnsSource, elsewhere: DnsSource): DnsSource {
  const depth = (source: DnsSource, name: string): number =>
    Math.max(
      0,
      ...source
        .zones()
        .filter((apex) => name === apex || name.endsWith(`.${apex}`))
        .map((apex) => apex.length),
    );
  const owner = (name: string): DnsSource =>
    depth(elsewhere, name) >= Math.max(1, depth(hetzner, name)) ? elsewhere : hetzner;
  return {
    zones: () => [...new Set([...elsewhere.zones(), ...hetzner.zones()])],
    recordsAt: (name) => owner(name).recordsAt(name),
    exists: (name) => owner(name).exists(name),
  };
}
