// What the API says, under its own names and in its own units; only what is used here.

/** Dates are written as in the API: `2026-11-30T00:00:00Z`. */
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
    /** Absent if no end of the sale is announced. */
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
  /** It may be a type that no list contains any more. */
  readonly server_type: {
    readonly name: string;
    /** GB. */
    readonly memory?: number;
    readonly prices: readonly ServerTypePrice[];
  };
  readonly public_net?: { readonly ipv4?: { readonly ip?: string } };
  /** Absent, or without a name, if Hetzner has removed the image. */
  readonly image?: { readonly name?: string };
  readonly location?: { readonly name?: string };
}

export interface NetworkFact {
  readonly name: string;
  readonly ip_range: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets?: readonly { readonly network_zone?: string }[];
}

/** A public address that outlives its server. */
export interface PrimaryIpFact {
  readonly name: string;
  readonly location?: { readonly name?: string };
  /** Id of the server that has it, null for none; absent if the API does not say it. */
  readonly assignee_id?: number | null;
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
  /** Those that conflict with the names of a host: A, AAAA and CNAME. */
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

/** What the cloud says before anything is created. */
export interface CloudFacts {
  readonly serverTypes: readonly ServerTypeFact[];
  /** With the name that the settings ask for, for each architecture. */
  readonly images: readonly ImageFact[];
  /** Those of this stack, found by their labels. */
  readonly servers: readonly ServerFact[];
  /** Those of this stack: the addresses of its web host. */
  readonly primaryIps: readonly PrimaryIpFact[];
  /** Those of the whole project. */
  readonly networks: readonly NetworkFact[];
  /** `undefined` if the price list cannot be read. */
  readonly pricing: PriceFact | undefined;
  /** `undefined` if the settings name no zone, or the project has no zone of that name. */
  readonly zone: ZoneFact | undefined;
}
