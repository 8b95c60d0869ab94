import { list, number, object, optional, otherwise, text } from "../../lib/hcloud/answer";
import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import { stackSelector } from "../../lib/plan/labels";

/** A server at Hetzner that carries the stack's labels. */
export interface CloudServer {
  readonly id: string;
  /** At Hetzner: jitsi-jvb-0-4f2a91c. */
  readonly name: string;
  // Null if the API does not say it.
  readonly serverType: string | null;
  readonly location: string | null;
  /** running, off, initializing, ... */
  readonly status: string;
  readonly ipv4: string | null;
  /** The server's network of addresses. */
  readonly ipv6: string | null;
  readonly privateIp: string | null;
  /** Ids of the firewalls in force on it, including those by a label selector. */
  readonly firewalls: readonly string[] | null;
}

const named = optional(object({ name: optional(text) }));
const addressed = optional(object({ ip: optional(text) }));

/** A missing field is shown as not known. */
const row = object({
  id: number,
  name: text,
  status: otherwise(text, "unknown"),
  server_type: named,
  location: named,
  public_net: optional(
    object({
      ipv4: addressed,
      ipv6: addressed,
      firewalls: optional(list(object({ id: number }))),
    }),
  ),
  private_net: otherwise(list(object({ ip: optional(text) })), []),
});

/** @throws AnswerError, ApiError, UnreachableError */
export async function listCloudServers(api: HcloudApi, stack: string): Promise<CloudServer[]> {
  const path = `/servers?label_selector=${encodeURIComponent(stackSelector(stack))}`;
  const rows = await api.list(path, "servers", list(row));
  return rows.map(({ id, name, status, server_type, location, public_net, private_net }) => ({
    id: id.toString(),
    name,
    serverType: server_type?.name ?? null,
    location: location?.name ?? null,
    status,
    ipv4: public_net?.ipv4?.ip ?? null,
    ipv6: public_net?.ipv6?.ip ?? null,
    privateIp: private_net[0]?.ip ?? null,
    firewalls: public_net?.firewalls?.map((firewall) => firewall.id.toString()) ?? null,
  }));
}
