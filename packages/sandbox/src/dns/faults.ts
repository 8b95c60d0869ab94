import { setTimeout as sleep } from "node:timers/promises";
import type { DnsSource } from "../../../hcloud-simulator/src/dnsSource";
import { parseFields } from "../../../hcloud-simulator/src/fields";
import { CountedFaults, type Counted } from "../countedFaults";
import { rcodes, type Resolution } from "./resolve";
import type { Disturb } from "./server";
import { canWrite } from "./wire";

/** The name servers that a fault can be limited to. */
export const dnsRoles = ["resolver", "authoritative"] as const;
export type DnsRole = (typeof dnsRoles)[number];

/** A fault of the name servers. Absent fields match all. */
export type DnsFault = Counted & {
  readonly at?: DnsRole;
  /** In lower case, without the trailing dot. */
  readonly name?: string;
  /** A, AAAA, CAA... */
  readonly type?: string;
} & (
    | { readonly kind: "slow"; readonly ms: number }
    | { readonly kind: "servfail" | "refused" | "silent" }
    | { readonly kind: "missing"; readonly name: string }
    | {
        readonly kind: "wrong";
        readonly name: string;
        readonly type: string;
        /** In the form of a zone file. */
        readonly values: readonly string[];
      }
  );

export type DnsFaults = CountedFaults<DnsFault>;

const text = { type: "string", min: 1 } as const;
const required = { ...text, required: true } as const;
const common = {
  at: { type: "string", oneOf: dnsRoles },
  name: text,
  type: text,
} as const;
const counted = { ...common, times: { type: "integer", min: 1 } } as const;
const fields = {
  slow: { ...counted, ms: { type: "integer", min: 1, max: 600_000, required: true } },
  servfail: counted,
  refused: counted,
  silent: counted,
  missing: { ...common, name: required },
  wrong: {
    ...common,
    name: required,
    type: { ...required, check: knownType },
    values: { type: "array", items: text, required: true },
  },
} as const;

/** In seconds. Resolvers of hosts must not keep a wrong answer when the fault has ended. */
const wrongTtl = 1;

/** What is wrong with a type of records; undefined for a type that the name servers can answer. */
export function knownType(type: string): string | undefined {
  return canWrite(type.toUpperCase())
    ? undefined
    : `'${type}' is not a type that the sandbox's name servers answer`;
}

/**
 * A fault from the body of a request.
 *
 * @throws ApiError invalid_input that names the field and the allowed values
 */
export function readDnsFault(body: unknown): DnsFault {
  const kinds = Object.keys(fields) as DnsFault["kind"][];
  const { kind } = parseFields({ kind: { ...required, oneOf: kinds } }, body);
  const parsed: { name?: string; type?: string } = parseFields(fields[kind], body);
  const { name, type } = parsed;
  // The table of its kind has checked all fields.
  return {
    ...{ kind, ...parsed },
    ...(name !== undefined && { name: canonicalName(name) }),
    ...(type !== undefined && { type: type.toUpperCase() }),
  } as DnsFault;
}

/** Lower case, without the trailing dot. */
export const canonicalName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Changes the answers of one name server by the faults that are about answers. */
export function disturbBy(faults: DnsFaults, role: DnsRole): Disturb {
  return async ({ name, type }, answer) => {
    const take = (...kinds: readonly DnsFault["kind"][]): DnsFault | undefined =>
      faults.take(
        (fault): fault is DnsFault =>
          kinds.includes(fault.kind) &&
          (fault.at ?? role) === role &&
          (fault.name ?? canonicalName(name)) === canonicalName(name) &&
          (fault.type ?? type) === type,
      );
    const slow = take("slow");
    if (slow?.kind === "slow") await sleep(slow.ms);
    switch (take("silent", "servfail", "refused")?.kind) {
      case "silent":
        return "silent";
      case "servfail":
        return failure(rcodes.servFail);
      case "refused":
        return failure(rcodes.refused);
      default:
        return answer;
    }
  };
}

const failure = (rcode: number): Resolution => ({
  ...{ rcode, authoritative: false, answers: [], authorities: [] },
});

/** The records of a source as one name server sees them, by the faults that are about records. */
export function disturbedSource(source: DnsSource, faults: DnsFaults, role: DnsRole): DnsSource {
  const at = (name: string): readonly DnsFault[] =>
    faults.all().filter((fault) => fault.name === name && (fault.at ?? role) === role);
  return {
    zones: () => source.zones(),
    recordsAt(name) {
      let records = source.recordsAt(name);
      for (const fault of at(name)) {
        if (fault.kind !== "missing" && fault.kind !== "wrong") continue;
        const { type } = fault;
        records = records.filter((record) => type !== undefined && record.type !== type);
        if (fault.kind !== "wrong") continue;
        const made = fault.values.map((data) => ({ name, type: fault.type, ttl: wrongTtl, data }));
        records = [...records, ...made];
      }
      return records;
    },
    exists(name) {
      const faultsHere = at(name);
      if (faultsHere.some(({ kind }) => kind === "wrong")) return true;
      const gone = faultsHere.some(({ kind, type }) => kind === "missing" && type === undefined);
      return !gone && source.exists(name);
    },
  };
}
