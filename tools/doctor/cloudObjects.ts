import {
  flag,
  list,
  nullable,
  number,
  object,
  optional,
  otherwise,
  text,
  type Read,
} from "../../lib/hcloud/answer";
import type { HcloudApi } from "../../lib/hcloud/hcloudApi";
import { stackSelector } from "../../lib/plan/labels";
import { resourceTypes } from "../../lib/resourceTypes";

/** The kinds of objects that carry a stack's labels, in the order in which they can be deleted. */
export const kinds = [
  { kind: "record", type: resourceTypes.rrset, path: "" },
  { kind: "server", type: resourceTypes.server, path: "/servers" },
  { kind: "firewall", type: resourceTypes.firewall, path: "/firewalls" },
  { kind: "network", type: resourceTypes.network, path: "/networks" },
  {
    kind: "placement group",
    type: resourceTypes.placementGroup,
    path: "/placement_groups",
  },
  { kind: "primary IP", type: resourceTypes.primaryIp, path: "/primary_ips" },
  { kind: "SSH key", type: resourceTypes.sshKey, path: "/ssh_keys" },
] as const;

export type Kind = (typeof kinds)[number]["kind"];

/** An object at Hetzner that carries the stack's labels. */
export interface CloudObject {
  readonly kind: Kind;
  /** As in the state; of a record `zone/name/type`. */
  readonly id: string;
  readonly name: string;
  /** Below the API's endpoint: /servers/42. */
  readonly path: string;
  readonly created?: string;
  /** Hetzner refuses to delete it until its protection is removed. */
  readonly isProtected: boolean;
  /** Ids of the servers that it serves. */
  readonly usedBy: readonly number[];
  /** Of a server: whether it is in a private network. */
  readonly isConnected: boolean;
}

const row = object({
  id: number,
  name: text,
  created: optional(text),
  // Without this field, Hetzner still refuses to delete a protected object.
  protection: optional(object({ delete: optional(flag) })),
});

const target = { server: optional(object({ id: number })) };
const firewall = object({
  applied_to: list(
    object({
      ...target,
      // For a label selector: the servers that it finds.
      applied_to_resources: otherwise(list(object(target)), []),
    }),
  ),
});
const servers = object({ servers: list(number) });
const primaryIp = object({ assignee_id: nullable(number) });

/** The servers that an object serves. They decide whether it is deleted, so every field must be readable. */
const users: Partial<Record<Kind, Read<readonly number[]>>> = {
  firewall: (...answer) =>
    firewall(...answer)
      .applied_to.flatMap((entry) => [entry, ...entry.applied_to_resources])
      .flatMap(({ server }) => (server === undefined ? [] : [server.id])),
  network: (...answer) => servers(...answer).servers,
  "placement group": (...answer) => servers(...answer).servers,
  "primary IP": (...answer) => [primaryIp(...answer).assignee_id ?? []].flat(),
};

/** A server in the private network may carry calls, so it is deleted only with `--connected`. */
const connections = object({ private_net: list((entry) => entry) });

/** Objects of one kind, below a path. */
function objects(kind: Kind, path: string): Read<CloudObject[]> {
  return list((...answer) => {
    const { id, name, created, protection } = row(...answer);
    return {
      kind,
      id: id.toString(),
      name,
      path: `${path}/${id}`,
      created,
      isProtected: protection?.delete === true,
      usedBy: users[kind]?.(...answer) ?? [],
      isConnected: kind === "server" && connections(...answer).private_net.length > 0,
    };
  });
}

/** All objects that carry the labels of a stack. @throws AnswerError, ApiError, UnreachableError */
export async function listObjects(api: HcloudApi, stack: string): Promise<CloudObject[]> {
  const selector = `label_selector=${encodeURIComponent(stackSelector(stack))}`;
  const found = await Promise.all([
    listRecords(api, selector),
    ...kinds
      .filter(({ path }) => path !== "")
      .map(({ kind, path }) => api.list(`${path}?${selector}`, path.slice(1), objects(kind, path))),
  ]);
  return found.flat();
}

const zone = object({ id: number, name: text });
const rrset = object({
  name: text,
  type: text,
  created: optional(text),
  protection: optional(object({ change: optional(flag) })),
  records: list(object({ value: text })),
});
const address = optional(object({ ip: text }));
const publicAddresses = object({
  id: number,
  public_net: object({ ipv4: address, ipv6: address }),
});

async function listRecords(api: HcloudApi, selector: string): Promise<CloudObject[]> {
  const [zones, servers] = await Promise.all([
    api.list("/zones", "zones", list(zone)),
    api.list(`/servers?${selector}`, "servers", list(publicAddresses)),
  ]);
  const found = await Promise.all(
    zones.map(async (zone) => {
      const path = `/zones/${zone.id}/rrsets`;
      const rows = await api.list(`${path}?${selector}`, "rrsets", list(rrset));
      return rows.map(({ name, type, created, protection, records }): CloudObject => {
        const id = `${zone.name}/${name}/${type}`;
        return {
          kind: "record",
          id,
          name: id,
          path: `${path}/${name}/${type}`,
          created,
          isProtected: protection?.change === true,
          usedBy: servers.filter((server) => leadsTo(records, server)).map(({ id }) => id),
          isConnected: false,
        };
      });
    }),
  );
  return found.flat();
}

/** Whether one of a record's addresses belongs to a server. For IPv6, a server has a whole network: fd00:1::/64. */
function leadsTo(
  records: readonly { readonly value: string }[],
  { public_net: net }: ReturnType<typeof publicAddresses>,
): boolean {
  const network = net.ipv6?.ip.replace(/\/\d+$/, "");
  return records.some(
    ({ value }) => value === net.ipv4?.ip || (network !== undefined && value.startsWith(network)),
  );
}
