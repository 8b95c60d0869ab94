import { isIP } from "node:net";
import type { Answer, StringRecordType } from "dns-packet";
import type { DnsRecord } from "./source";

/** Types that dns-packet knows only by number: how they come in questions. */
const numbered: Readonly<Record<string, string>> = { UNKNOWN_64: "SVCB", UNKNOWN_65: "HTTPS" };

/** The type of a question in its usual spelling. */
export const questionType = (type: string): string => numbered[type] ?? type;

/**
 * A record as dns-packet wants it.
 *
 * @throws Error for data that does not fit the type, or a type that cannot be put on the wire
 */
export function toAnswer(record: DnsRecord): Answer {
  const { name, ttl } = record;
  const words = record.data.split(/\s+/);
  const word = (index: number): string => {
    const value = words[index];
    if (value !== undefined) return value;
    throw new Error(`the ${record.type} record of ${name} lacks a field: ${record.data}`);
  };
  const number = (index: number): number => {
    if (/^\d+$/.test(word(index))) return Number(word(index));
    throw new Error(
      `the ${record.type} record of ${name} has no number where one is needed: ${record.data}`,
    );
  };
  const base = { name, ttl, class: "IN" } as const;
  switch (record.type) {
    case "A":
    case "AAAA":
      // The library writes anything that is no address as some address.
      if (isIP(record.data) !== (record.type === "A" ? 4 : 6)) {
        throw new Error(
          `the ${record.type} record of ${name} holds no such address: ${record.data}`,
        );
      }
      return { ...base, type: record.type, data: record.data };
    case "CNAME":
    case "NS":
    case "PTR":
      return { ...base, type: record.type satisfies StringRecordType, data: relative(record.data) };
    case "TXT":
      return { ...base, type: "TXT", data: strings(record.data) };
    case "MX":
      return { ...base, type: "MX", data: { preference: number(0), exchange: relative(word(1)) } };
    case "SRV": {
      const [priority, weight, port] = [number(0), number(1), number(2)];
      return { ...base, type: "SRV", data: { priority, weight, port, target: relative(word(3)) } };
    }
    case "CAA": {
      const data = {
        flags: number(0),
        tag: word(1) as "issue",
        value: strings(record.data).at(-1) ?? "",
      };
      return { ...base, type: "CAA", data };
    }
    case "SOA":
      return { ...base, type: "SOA", data: soaData(word, number) };
    case "TLSA":
      return {
        ...base,
        type: "TLSA",
        data: {
          usage: number(0),
          selector: number(1),
          matchingType: number(2),
          certificate: Buffer.from(words.slice(3).join(""), "hex"),
        },
      };
    default:
      throw new Error(`the sandbox's name server cannot answer ${record.type} records (${name})`);
  }
}

function soaData(word: (index: number) => string, number: (index: number) => number) {
  return {
    mname: relative(word(0)),
    rname: relative(word(1)),
    serial: number(2),
    refresh: number(3),
    retry: number(4),
    expire: number(5),
    minimum: number(6),
  };
}

const relative = (name: string): string => name.replace(/\.$/, "");

/** Character strings of a TXT record: each in quotes, with \" and \\ inside; bare words as they are. */
function strings(data: string): string[] {
  const found = data.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  return found.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replace(/\\(.)/g, "$1") : part,
  );
}
