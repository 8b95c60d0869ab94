import { labels } from "../components/labels";
import { ApiError, type HcloudApi } from "./hcloudApi";

/** The API's own names and units; only what is used here. */
export interface ServerTypeFact {
  readonly name: string;
  readonly architecture: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  /** GB. */
  readonly disk: number;
  readonly prices: readonly {
    readonly location: string;
    readonly price_monthly: { readonly net: string };
    /** Bytes. */
    readonly included_traffic: number;
    readonly price_per_tb_traffic: { readonly net: string };
  }[];
  readonly locations: readonly {
    readonly name: string;
    /** Whether there is stock now. */
    readonly available: boolean;
    readonly deprecation: { readonly unavailable_after: string } | null;
  }[];
}

/** Dates as the API writes them: `2026-11-30T00:00:00Z`. */
export interface Deprecation {
  readonly announced: string;
  /** From then on it cannot be ordered. */
  readonly unavailable_after: string;
}

export interface ImageFact {
  readonly status: string;
  readonly architecture: string;
  /** Null or absent for a current one. */
  readonly deprecation?: Deprecation | null;
}

export interface ServerFact {
  readonly id: number;
  readonly name: string;
  /** running, off, ... */
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly server_type: ServerTypeFact;
  readonly public_net?: { readonly ipv4: { readonly ip: string } | null };
  /** Null for one that Hetzner has taken away. */
  readonly image?: { readonly name: string | null } | null;
  readonly location?: { readonly name: string };
  readonly datacenter?: { readonly location: { readonly name: string } } | null;
}

export interface NetworkFact {
  readonly name: string;
  readonly ip_range: string;
  readonly labels: Readonly<Record<string, string>>;
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
  readonly pricing: PriceFact;
  /** `undefined` where no zone is asked for or none of that name is there. */
  readonly zone: ZoneFact | undefined;
}

/**
 * The selector of all objects of a stack. It is how the program knows what exists: its own state is not
 * visible to it, every object that it makes carries these labels from its first moment, and what counts for
 * stock is what the cloud has, not what a state file says.
 */
export function stackSelector(stack: string): string {
  const { project, stack: value } = labels({ stack });
  return encodeURIComponent(`project=${project ?? ""},stack=${value ?? ""}`);
}

/** @throws ApiError, UnreachableError */
export async function readCloud(
  api: HcloudApi,
  wanted: { readonly stack: string; readonly image: string; readonly dnsZone?: string },
): Promise<CloudFacts> {
  const image = encodeURIComponent(wanted.image);
  const [serverTypes, images, servers, networks, pricing, zone] = await Promise.all([
    api.list<ServerTypeFact>("/server_types", "server_types"),
    api.list<ImageFact>(`/images?name=${image}&include_deprecated=true`, "images"),
    api.list<ServerFact>(`/servers?label_selector=${stackSelector(wanted.stack)}`, "servers"),
    api.list<NetworkFact>("/networks", "networks"),
    api.get("/pricing") as Promise<{ pricing: PriceFact }>,
    wanted.dnsZone === undefined ? undefined : readZone(api, wanted.dnsZone),
  ]);
  return { serverTypes, images, servers, networks, pricing: pricing.pricing, zone };
}

async function readZone(api: HcloudApi, name: string): Promise<ZoneFact | undefined> {
  const path = `/zones/${encodeURIComponent(name)}`;
  try {
    const [answer, rrsets] = await Promise.all([
      api.get(path) as Promise<{ zone: Omit<ZoneFact, "rrsets"> }>,
      api.list<RrsetFact>(`${path}/rrsets?type=A&type=AAAA&type=CNAME`, "rrsets"),
    ]);
    return { ...answer.zone, rrsets };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
