import type { DnsRecord, DnsSource } from "../../../../hcloud-simulator/src/dnsSource";

/** A source with fixed records, instead of the API's zones. */
export function sourceOf(zones: readonly string[], records: readonly DnsRecord[]): DnsSource {
  return {
    zones: () => zones,
    recordsAt: (name) => records.filter((record) => record.name === name),
    exists: (name) => records.some((r) => r.name === name || r.name.endsWith(`.${name}`)),
  };
}

export const record = (name: string, type: string, data: string): DnsRecord => ({
  name,
  type,
  ttl: 300,
  data,
});
