import { stackSelector } from "../../preflight/cloudFacts";
import type { HcloudApi } from "../../preflight/hcloudApi";

/** A server at Hetzner that carries the stack's labels. */
export interface CloudServer {
  readonly id: string;
  /** At Hetzner: jitsi-jvb-0-4f2a91c. */
  readonly name: string;
  readonly serverType: string;
  readonly location: string;
  /** running, off, initializing, ... */
  readonly status: string;
  readonly ipv4: string | null;
  /** The server's network of addresses. */
  readonly ipv6: string | null;
  readonly privateIp: string | null;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly server_type: { readonly name: string };
  readonly location: { readonly name: string };
  readonly public_net: Readonly<Record<"ipv4" | "ipv6", { readonly ip: string } | null>>;
  readonly private_net: readonly { readonly ip: string }[];
}

/** @throws ApiError, UnreachableError */
export async function listCloudServers(api: HcloudApi, stack: string): Promise<CloudServer[]> {
  const rows = await api.list<Row>(`/servers?label_selector=${stackSelector(stack)}`, "servers");
  return rows.map((row) => ({
    id: row.id.toString(),
    name: row.name,
    serverType: row.server_type.name,
    location: row.location.name,
    status: row.status,
    ipv4: row.public_net.ipv4?.ip ?? null,
    ipv6: row.public_net.ipv6?.ip ?? null,
    privateIp: row.private_net[0]?.ip ?? null,
  }));
}
