/** One record in presentation form: type A, AAAA, CNAME, PTR, TXT...; ttl in seconds. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  /** As in a zone file: "198.18.0.16", "web.example.test.", "\"text\"". */
  readonly data: string;
}

/**
 * Data for a name server: the API's zones and reverse DNS names. They are read for each query, so a
 * change is visible at once.
 */
export interface DnsSource {
  /** Apexes of the zones of the source, without the trailing dot. */
  zones(): readonly string[];
  /**
   * All records of a name (any type). The name is in lower case without the trailing dot. Empty
   * when there are none.
   */
  recordsAt(name: string): readonly DnsRecord[];
  /**
   * Whether a name, or a name below it, exists. An empty non-terminal must not be answered with
   * NXDOMAIN.
   */
  exists(name: string): boolean;
}
