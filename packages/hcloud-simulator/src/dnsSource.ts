/** One record in presentation form: type A, AAAA, CNAME, PTR, TXT...; ttl in seconds. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As in a zone file: "198.18.0.16", "web.example.test.", "\"text\"". */
  readonly data: string;
}

/**
 * Where a name server finds its answers: the API's zones and reverse names, read at each
 * question, so that a change is seen at once.
 */
export interface DnsSource {
  /** Apexes that the source is authoritative for, without the trailing dot. */
  zones(): readonly string[];
  /** All records at a name (any type), lower case without the trailing dot; empty when there is none. */
  recordsAt(name: string): readonly DnsRecord[];
  /** Whether a name exists, or something below it does (an empty non-terminal is no NXDOMAIN). */
  exists(name: string): boolean;
}
