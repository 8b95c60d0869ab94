import { labels } from "../plan/labels";
import { successors } from "../plan/serverTypes";
import { list, object, readableRows, type Read } from "./answer";
import * as read from "./factReaders";
import { ApiError, type HcloudApi } from "./hcloudApi";

// The API's own names and units; only what is used here.

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

/**
 * The selector of all objects of a stack. It is how the program knows what exists: its own state is not
 * visible to it, every object that it makes carries these labels from its first moment, and what counts for
 * stock is what the cloud has, not what a state file says.
 */
export function stackSelector(stack: string): string {
  const { project, stack: value } = labels({ stack });
  return encodeURIComponent(`project=${project ?? ""},stack=${value ?? ""}`);
}

interface Wanted {
  readonly stack: string;
  readonly image: string;
  readonly webServerType: string;
  readonly jvbServerType: string;
  readonly dnsZone?: string;
}

/** @throws AnswerError, ApiError, UnreachableError */
export async function readCloud(api: HcloudApi, wanted: Wanted): Promise<CloudFacts> {
  const image = encodeURIComponent(wanted.image);
  const selector = `label_selector=${stackSelector(wanted.stack)}`;
  const [serverTypes, images, servers, networks, { pricing }, zone] = await Promise.all([
    api.list("/server_types", "server_types", serverTypesFor(wanted)),
    api.list(`/images?name=${image}&include_deprecated=true`, "images", list(read.image)),
    api.list(`/servers?${selector}`, "servers", list(read.server)),
    // What cannot be read is only not warned about.
    api.list("/networks", "networks", readableRows(read.network)),
    api.get("/pricing", object({ pricing: read.pricing })),
    wanted.dnsZone === undefined ? undefined : readZone(api, wanted.dnsZone),
  ]);
  return { serverTypes, images, servers, networks, pricing, zone };
}

/** The types that can be ordered today may be of a kind that this program does not know: only those asked for must be read. */
function serverTypesFor({ webServerType, jvbServerType }: Wanted): Read<ServerTypeFact[]> {
  const asked = [webServerType, jvbServerType];
  const needed = [...asked, ...asked.map((name) => successors[name])];
  return readableRows(read.serverType, (row) => {
    const name = (row as { name?: unknown } | null)?.name;
    return typeof name !== "string" || needed.includes(name);
  });
}

async function readZone(api: HcloudApi, name: string): Promise<ZoneFact | undefined> {
  const path = `/zones/${encodeURIComponent(name)}`;
  try {
    const [{ zone }, rrsets] = await Promise.all([
      api.get(path, object({ zone: read.zone })),
      api.list(`${path}/rrsets?type=A&type=AAAA&type=CNAME`, "rrsets", list(read.rrset)),
    ]);
    return { ...zone, rrsets };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
