import { isIP } from "node:net";
import type { Answer } from "dns-packet";
import type { DnsRecord } from "../../../hcloud-simulator/src/dnsSource";

/** Types that dns-packet knows only by number, as they appear in queries. */
const numbered: Readonly<Record<string, string>> = { UNKNOWN_64: "SVCB", UNKNOWN_65: "HTTPS" };

/** The type of a query in its usual spelling. */
export const questionType = (type: string): string => numbered[type] ?? type;

/**
 * For each supported type: converts the presentation form of its data to the form of dns-packet.
 */
const writers: Readonly<Record<string, (fields: Fields) => unknown>> = {
  A: (fields) => fields.address(4),
  AAAA: (fields) => fields.address(6),
  CNAME: (fields) => fields.host(0),
  NS: (fields) => fields.host(0),
  PTR: (fields) => fields.host(0),
  TXT: (fields) => fields.strings(),
  MX: (fields) => ({ preference: fields.number(0), exchange: fields.host(1) }),
  SRV: (fields) => ({
    priority: fields.number(0),
    weight: fields.number(1),
    port: fields.number(2),
    target: fields.host(3),
  }),
  CAA: (fields) => ({
    flags: fields.number(0),
    tag: fields.word(1),
    value: fields.strings().at(-1),
  }),
  SOA: (fields) => ({
    mname: fields.host(0),
    rname: fields.host(1),
    serial: fields.number(2),
    refresh: fields.number(3),
    retry: fields.number(4),
    expire: fields.number(5),
    minimum: fields.number(6),
  }),
  TLSA: (fields) => ({
    usage: fields.number(0),
    selector: fields.number(1),
    matchingType: fields.number(2),
    certificate: Buffer.from(fields.word(3), "hex"),
  }),
};

/** Whether records of a type can be answered. */
export const canWrite = (type: string): boolean => type in writers;

/**
 * A record in the form of dns-packet.
 *
 * @throws Error for data that does not match the type, and for a type that is not supported
 */
export function toAnswer(record: DnsRecord): Answer {
  const { name, type, ttl } = record;
  const write = writers[type];
  if (write === undefined) {
    throw new Error(`the sandbox's name server cannot answer ${type} records (${name})`);
  }
  // The table returns the right data for each type, which the library's union type cannot express.
  return { name, type, ttl, class: "IN", data: write(new Fields(record)) } as Answer;
}

/**
 * The fields of a record in presentation form. They are checked here, because the library encodes
 * invalid data as other data.
 */
class Fields {
  private readonly words: readonly string[];

  constructor(private readonly record: DnsRecord) {
    this.words = record.data.split(/\s+/);
  }

  word(index: number): string {
    return this.words[index] ?? this.fail("lacks a field");
  }

  number(index: number): number {
    const word = this.word(index);
    return /^\d+$/.test(word) ? Number(word) : this.fail("has a field that is not a number");
  }

  host(index: number): string {
    return this.word(index).replace(/\.$/, "");
  }

  address(family: 4 | 6): string {
    const { data } = this.record;
    return isIP(data) === family ? data : this.fail("does not contain a valid address");
  }

  /** Character strings: quoted, with \" and \\ as escapes, or bare words. */
  strings(): string[] {
    const found = this.record.data.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
    return found.map((part) =>
      part.startsWith('"') ? part.slice(1, -1).replace(/\\(.)/g, "$1") : part,
    );
  }

  private fail(what: string): never {
    const { name, type, data } = this.record;
    throw new Error(`the ${type} record of ${name} ${what}: ${data}`);
  }
}
