import * as ipaddr from "ipaddr.js";
import {
  list,
  nullable,
  number,
  object,
  optional,
  otherwise,
  text,
  type Read,
} from "../../lib/hcloud/answer";
import { ApiError, type HcloudApi } from "../../lib/hcloud/hcloudApi";
import { hostAddressIn } from "../../lib/plan/dnsPlan";
import { stackSelector } from "../../lib/plan/labels";

/** A server at Hetzner that carries the stack's labels, or that the stack's state knows. */
export interface CloudServer {
  readonly id: string;
  /** At Hetzner: jitsi-jvb-0-4f2a91c. */
  readonly name: string;
  /** Whether it carries the stack's labels. They can be removed in the console. */
  readonly isLabelled: boolean;
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
  /** The reverse DNS of its public addresses; without those of which the API says nothing. */
  readonly reverseNames: readonly ReverseName[];
}

export interface ReverseName {
  readonly address: string;
  /** Null for none. */
  readonly name: string | null;
}

const named = optional(object({ name: optional(text) }));
/** Null is no name. A field that is absent says nothing. */
const unlessAbsent =
  <T>(read: Read<T>): Read<T | null | undefined> =>
  (value, place) =>
    value === undefined ? undefined : nullable(read)(value, place);

const ipv4 = optional(object({ ip: optional(text), dns_ptr: unlessAbsent(text) }));
const ipv6 = optional(
  object({
    ip: optional(text),
    dns_ptr: unlessAbsent(list(object({ ip: text, dns_ptr: optional(text) }))),
  }),
);

/** A missing field is shown as not known. */
const row = object({
  id: number,
  name: text,
  status: otherwise(text, "unknown"),
  server_type: named,
  location: named,
  public_net: optional(
    object({
      ipv4,
      ipv6,
      firewalls: optional(list(object({ id: number }))),
    }),
  ),
  private_net: otherwise(list(object({ ip: optional(text) })), []),
});

type ServerRow = ReturnType<typeof row>;

/**
 * @param known ids of the servers in the state. Those without labels are looked up one by one
 * @throws AnswerError, ApiError, UnreachableError
 */
export async function listCloudServers(
  api: HcloudApi,
  stack: string,
  known: readonly string[],
): Promise<CloudServer[]> {
  const path = `/servers?label_selector=${encodeURIComponent(stackSelector(stack))}`;
  const labelled = await api.list(path, "servers", list(row));
  const unlisted = known.filter((id) => !labelled.some((server) => server.id.toString() === id));
  const others = await Promise.all(unlisted.map((id) => serverById(api, id)));
  return [
    ...labelled.map((server) => cloudServer(server, true)),
    ...others.flatMap((server) => (server === undefined ? [] : [cloudServer(server, false)])),
  ];
}

/** `undefined` if it does not exist. */
async function serverById(api: HcloudApi, id: string): Promise<ServerRow | undefined> {
  try {
    return (await api.get(`/servers/${id}`, object({ server: row }))).server;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function cloudServer(
  { id, name, status, server_type, location, public_net, private_net }: ServerRow,
  isLabelled: boolean,
): CloudServer {
  return {
    id: id.toString(),
    name,
    isLabelled,
    serverType: server_type?.name ?? null,
    location: location?.name ?? null,
    status,
    ipv4: public_net?.ipv4?.ip ?? null,
    ipv6: public_net?.ipv6?.ip ?? null,
    privateIp: private_net[0]?.ip ?? null,
    firewalls: public_net?.firewalls?.map((firewall) => firewall.id.toString()) ?? null,
    reverseNames: [...ipv4Names(public_net?.ipv4), ...ipv6Names(public_net?.ipv6)],
  };
}

function ipv4Names(given: ReturnType<typeof ipv4>): ReverseName[] {
  const { ip: address, dns_ptr: name } = given ?? {};
  return address === undefined || name === undefined ? [] : [{ address, name }];
}

/** That of the host's own address in its network. */
function ipv6Names(given: ReturnType<typeof ipv6>): ReverseName[] {
  const { ip: network = "", dns_ptr: names } = given ?? {};
  if (!ipaddr.IPv6.isValidCIDR(network) || names === undefined) return [];
  const address = hostAddressIn(network);
  const own = names?.find(
    ({ ip }) => ipaddr.isValid(ip) && ipaddr.parse(ip).toString() === address,
  );
  return [{ address, name: own?.dns_ptr ?? null }];
}
