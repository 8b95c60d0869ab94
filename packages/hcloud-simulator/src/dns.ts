import type { DnsRecord, DnsSource } from "./dnsSource";

import { reverseName } from "./addresses";
import type { Context } from "./context";
import { floatingIpKind } from "./resources/floatingIpRow";
import { balancerPtrs, loadBalancerKind } from "./resources/loadBalancerRow";
import { primaryIpKind } from "./resources/primaryIpRow";
import { dnsPtrs } from "./resources/reverseNames";
import { rrsetsOf, zoneKind, type RrsetRow, type ZoneRow } from "./resources/zones/zoneRow";

/** In seconds, as in Hetzner's own reverse zones. */
const reverseTtl = 86400;
const reverseZones = ["in-addr.arpa", "ip6.arpa"];

/** Answers from the zones and reverse names that the API has at the moment of the query. */
export function createDnsSource(ctx: Context): DnsSource {
  const zoneRows = () => ctx.store.table(zoneKind).all();
  const zoneOf = (name: string) =>
    zoneRows().find((zone) => name === zone.name || name.endsWith(`.${zone.name}`));
  return {
    zones: () => [...zoneRows().map(({ name }) => name), ...reverseZones],
    recordsAt(name) {
      const wanted = name.toLowerCase();
      if (isReverse(wanted)) return reverseRecords(ctx).filter((record) => record.name === wanted);
      const zone = zoneOf(wanted);
      if (!zone) return [];
      return rrsetsOf(ctx, zone.id)
        .filter((rrset) => absoluteName(rrset, zone) === wanted)
        .flatMap((rrset) => toRecords(rrset, zone));
    },
    exists(name) {
      const wanted = name.toLowerCase();
      const below = (known: string) => known === wanted || known.endsWith(`.${wanted}`);
      if (isReverse(wanted)) return reverseRecords(ctx).some((record) => below(record.name));
      const zone = zoneOf(wanted);
      return (
        zone !== undefined &&
        (zone.name === wanted ||
          rrsetsOf(ctx, zone.id).some((rrset) => below(absoluteName(rrset, zone))))
      );
    },
  };
}

function isReverse(name: string): boolean {
  return reverseZones.some((zone) => name === zone || name.endsWith(`.${zone}`));
}

function absoluteName(rrset: RrsetRow, zone: ZoneRow): string {
  return rrset.name === "@" ? zone.name : `${rrset.name}.${zone.name}`;
}

/** Types whose last word is a host name. Without a trailing dot it is relative to the zone. */
const hostTypes = new Set(["CNAME", "NS", "PTR", "MX", "SRV"]);

function toRecords(rrset: RrsetRow, zone: ZoneRow): DnsRecord[] {
  return rrset.records.map(({ value }) => ({
    name: absoluteName(rrset, zone),
    type: rrset.type,
    ttl: rrset.ttl ?? zone.ttl,
    data: hostTypes.has(rrset.type) ? absoluteTarget(value, zone) : value,
  }));
}

function absoluteTarget(value: string, zone: ZoneRow): string {
  const words = value.split(" ");
  const target = words.pop() ?? "";
  const absolute = target === "@" ? `${zone.name}.` : `${target}.${zone.name}.`;
  return [...words, target.endsWith(".") ? target : absolute].join(" ");
}

function reverseRecords(ctx: Context): DnsRecord[] {
  const balancers = ctx.store.table(loadBalancerKind).all();
  const names = [
    ...ctx.store.table(primaryIpKind).all().flatMap(dnsPtrs),
    ...ctx.store.table(floatingIpKind).all().flatMap(dnsPtrs),
    ...balancers.flatMap((row) => Object.values(balancerPtrs(row))),
  ];
  return names.flatMap(({ ip, dns_ptr: ptr }) => {
    if (ptr === null) return [];
    const data = `${ptr.replace(/\.$/, "")}.`;
    return [{ name: reverseName(ip), type: "PTR", ttl: reverseTtl, data }];
  });
}
