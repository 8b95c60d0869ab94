import type { DnsRecord, DnsSource } from "../../../hcloud-simulator/src/dnsSource";

/** Response codes of the server (RFC 1035, 4.1.1). */
export const rcodes = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
} as const;

export interface Resolution {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  /** The zone's SOA when there is no answer. Resolvers read from it how long to cache this. */
  readonly authorities: readonly DnsRecord[];
}

/** Names outside the zones of the source that have fixed addresses: the package mirrors. */
export interface FixedNames {
  get(name: string): { readonly a: string; readonly aaaa?: string } | undefined;
}

/** Hetzner's nameservers, for a zone whose source has no NS and SOA records of its own. */
export const nameServers = [
  "hydrogen.ns.hetzner.com.",
  "oxygen.ns.hetzner.com.",
  "helium.ns.hetzner.de.",
];
const defaultSoa = "hydrogen.ns.hetzner.com. dns.hetzner.com. 1 86400 10800 3600000 3600";

/**
 * The highest number of aliases that are followed for one query. A longer chain, or a loop, is cut
 * off.
 */
const maxAliases = 8;
const fixedTtl = 60;

const refused: Resolution = {
  rcode: rcodes.refused,
  authoritative: false,
  answers: [],
  authorities: [],
};

/**
 * The authoritative answer to one query, according to RFC 1034 (4.3.2) and RFC 4592 (wildcards). It
 * depends only on the arguments. Names outside all zones are refused: this is not a resolver.
 *
 * @param type A, AAAA, TXT..., or ANY
 */
export function resolve(
  source: DnsSource,
  fixed: FixedNames,
  name: string,
  type: string,
): Resolution {
  const answers: DnsRecord[] = [];
  let current = canonical(name);
  for (let hops = 0; hops <= maxAliases; hops += 1) {
    const node = lookUp(source, fixed, current);
    // An alias can lead out of the zones. The client then continues elsewhere.
    if (node === undefined) return hops === 0 ? refused : answered(answers);
    const matching = node.records.filter((record) => type === "ANY" || record.type === type);
    answers.push(...matching);
    if (matching.length > 0) return answered(answers);
    const alias = node.records.find((record) => record.type === "CNAME");
    if (alias === undefined) {
      const rcode = node.exists ? rcodes.noError : rcodes.nxDomain;
      return { rcode, authoritative: true, answers, authorities: [node.soa] };
    }
    answers.push(alias);
    current = canonical(alias.data);
  }
  return answered(answers);
}

function answered(answers: readonly DnsRecord[]): Resolution {
  return { rcode: rcodes.noError, authoritative: true, answers, authorities: [] };
}

/** Lower case, without the trailing dot. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

interface Node {
  readonly records: readonly DnsRecord[];
  readonly exists: boolean;
  readonly soa: DnsRecord;
}

function lookUp(source: DnsSource, fixed: FixedNames, name: string): Node | undefined {
  const addresses = fixed.get(name);
  if (addresses !== undefined) {
    const record = (type: string, data: string): DnsRecord => ({ name, type, ttl: fixedTtl, data });
    const records = [record("A", addresses.a)];
    if (addresses.aaaa !== undefined) records.push(record("AAAA", addresses.aaaa));
    return { records, exists: true, soa: { name, type: "SOA", ttl: fixedTtl, data: defaultSoa } };
  }
  const zone = source
    .zones()
    .filter((apex) => name === apex || name.endsWith(`.${apex}`))
    .sort((a, b) => b.length - a.length)[0];
  if (zone === undefined) return undefined;
  const soa = apexRecords(source, zone).find((record) => record.type === "SOA");
  if (soa === undefined) throw new Error(`the zone ${zone} has no SOA`);
  if (name === zone) return { records: apexRecords(source, zone), exists: true, soa };
  if (source.exists(name)) return { records: source.recordsAt(name), exists: true, soa };
  const wildcard = wildcardRecords(source, zone, name);
  return { records: wildcard ?? [], exists: wildcard !== undefined, soa };
}

function apexRecords(source: DnsSource, zone: string): DnsRecord[] {
  const records = [...source.recordsAt(zone)];
  const has = (type: string): boolean => records.some((record) => record.type === type);
  const base = { name: zone, ttl: 3600 };
  if (!has("SOA")) records.push({ ...base, type: "SOA", data: defaultSoa });
  if (!has("NS")) records.push(...nameServers.map((data) => ({ ...base, type: "NS", data })));
  return records;
}

/** Records of the wildcard below the closest existing name, returned under the requested name. */
function wildcardRecords(source: DnsSource, zone: string, name: string): DnsRecord[] | undefined {
  let closest = name;
  do closest = closest.slice(closest.indexOf(".") + 1);
  while (closest !== zone && !source.exists(closest));
  const records = source.recordsAt(`*.${closest}`);
  return records.length === 0 ? undefined : records.map((record) => ({ ...record, name }));
}
