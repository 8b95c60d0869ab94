// What the API says, under its own names and in its own units; only what is used here.

/** Dates as the API writes them: `2026-11-30T00:00:00Z`. */
export interface Deprecation {
  readonly announced?: string;
  /** From then on it cannot be ordered. */
  readonly unavailable_after?: string;
}

export interface ServerTypePrice {
  readonly location: string;
  readonly price_monthly: { readonly net: string };
  /** Bytes. */
  readonly included_traffic: number;
  readonly price_per_tb_traffic: { readonly net: string };
}

export interface ServerTypeFact {
  readonly name: string;
  readonly architecture: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  /** GB. */
  readonly disk: number;
  readonly prices: readonly ServerTypePrice[];
  readonly locations: readonly {
    readonly name: string;
    /** Whether there is stock now. */
    readonly available: boolean;
    /** Absent where it is sold without an end in sight. */
    readonly deprecation?: Deprecation;
  }[];
}

export interface ImageFact {
  readonly status: string;
  readonly architecture: string;
  /** Absent for a current one. */
  readonly deprecation?: Deprecation;
}

export interface ServerFact {
  readonly id: number;
  readonly name: string;
  /** running, off, ... */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It may be one that is listed nowhere any more. */
  readonly server_type: {
    readonly name: string;
    /** GB. */
    readonly memory?: number;
    readonly prices: readonly ServerTypePrice[];
  };
  readonly public_net?: { readonly ipv4?: { readonly ip?: string } };
  /** Absent, or without a name, for one that Hetzner has taken away. */
  readonly image?: { readonly name?: string };
  readonly location?: { readonly name?: string };
}

export interface NetworkFact {
  readonly name: string;
  readonly ip_range: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets?: readonly { readonly network_zone?: string }[];
}

export interface RrsetFact {
  /** Relative to the zone, `@` for its apex. */
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly records: readonly { readonly value: string }[];
}

export interface ZoneFact {
  readonly mode: string;
  readonly authoritative_nameservers?: {
    readonly assigned?: readonly string[];
    readonly delegation_status?: string;
  };
  /** Those that stand in the way of a host's names: A, AAAA and CNAME. */
  readonly rrsets: readonly RrsetFact[];
}

export interface PriceFact {
  readonly currency: string;
  readonly primary_ips: readonly {
    readonly type: string;
    readonly prices: readonly {
      readonly location: string;
      readonly price_monthly: { readonly net: string };
    }[];
  }[];
}

/** What the cloud says before anything is made. */
export interface CloudFacts {
  readonly serverTypes: readonly ServerTypeFact[];
  /** By the name asked for, of each architecture. */
  readonly images: readonly ImageFact[];
  /** This stack's, by their labels. */
  readonly servers: readonly ServerFact[];
  /** The whole project's. */
  readonly networks: readonly NetworkFact[];
  /** `undefined` where no price list can be read. */
  readonly pricing: PriceFact | undefined;
  /** `undefined` where no zone is asked for or none of that name is there. */
  readonly zone: ZoneFact | undefined;
}
