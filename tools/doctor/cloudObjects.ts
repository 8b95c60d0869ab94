import { stackSelector } from "../../preflight/cloudFacts";
import type { HcloudApi } from "../../preflight/hcloudApi";
import { rrsetType } from "../stackState";

/** The kinds of objects that carry a stack's labels, in the order in which they can be deleted. */
export const kinds = [
  { kind: "record", type: rrsetType, path: "" },
  { kind: "server", type: "hcloud:index/server:Server", path: "/servers" },
  { kind: "firewall", type: "hcloud:index/firewall:Firewall", path: "/firewalls" },
  { kind: "network", type: "hcloud:index/network:Network", path: "/networks" },
  {
    kind: "placement group",
    type: "hcloud:index/placementGroup:PlacementGroup",
    path: "/placement_groups",
  },
  { kind: "primary IP", type: "hcloud:index/primaryIp:PrimaryIp", path: "/primary_ips" },
  { kind: "SSH key", type: "hcloud:index/sshKey:SshKey", path: "/ssh_keys" },
] as const;

export type Kind = (typeof kinds)[number]["kind"];

/** An object at Hetzner that carries the stack's labels. */
export interface CloudObject {
  readonly kind: Kind;
  /** As the state has it; of a record `zone/name/type`. */
  readonly id: string;
  readonly name: string;
  /** Below the API's endpoint: /servers/42. */
  readonly path: string;
  readonly created?: string;
  /** Hetzner refuses to delete it until its protection is taken off. */
  readonly isProtected: boolean;
  /** Ids of the servers that it serves. */
  readonly usedBy: readonly number[];
  /** Of a server: whether it is in a private network. */
  readonly isConnected: boolean;
}

/** The API's own names; only what is used here. */
interface Row {
  readonly id: number | string;
  readonly name: string;
  readonly created?: string;
  readonly protection?: { readonly delete?: boolean; readonly change?: boolean };
  /** Of networks and placement groups. */
  readonly servers?: readonly number[];
  /** Of firewalls. */
  readonly applied_to?: readonly { readonly server?: { readonly id: number } }[];
  /** Of primary IPs. */
  readonly assignee_id?: number | null;
  /** Of servers. */
  readonly private_net?: readonly unknown[];
  readonly public_net?: Readonly<Record<"ipv4" | "ipv6", { readonly ip: string } | null>>;
  /** Of records. */
  readonly type?: string;
  readonly records?: readonly { readonly value: string }[];
}

/** All objects that carry the labels of a stack. @throws ApiError, UnreachableError */
export async function listObjects(api: HcloudApi, stack: string): Promise<CloudObject[]> {
  const selector = `label_selector=${stackSelector(stack)}`;
  const rows = await Promise.all(
    kinds
      .filter(({ path }) => path !== "")
      .map(async ({ kind, path }) => ({
        kind,
        path,
        rows: await api.list<Row>(`${path}?${selector}`, path.slice(1)),
      })),
  );
  const servers = rows.find(({ kind }) => kind === "server")?.rows ?? [];
  const objects = rows.flatMap(({ kind, path, rows }) =>
    rows.map((row) => object(kind, row, `${path}/${row.id}`)),
  );
  return [...(await listRecords(api, selector, servers)), ...objects];
}

function object(kind: Kind, row: Row, path: string): CloudObject {
  const applied = row.applied_to?.flatMap(({ server }) => (server ? [server.id] : [])) ?? [];
  const assignee = row.assignee_id ? [row.assignee_id] : [];
  return {
    kind,
    id: row.id.toString(),
    name: row.name,
    path,
    created: row.created,
    isProtected: row.protection?.delete === true,
    usedBy: [...(row.servers ?? []), ...applied, ...assignee],
    isConnected: (row.private_net ?? []).length > 0,
  };
}

async function listRecords(
  api: HcloudApi,
  selector: string,
  servers: readonly Row[],
): Promise<CloudObject[]> {
  const zones = await api.list<Row>("/zones", "zones");
  const found = await Promise.all(
    zones.map(async (zone) => {
      const path = `/zones/${zone.id}/rrsets`;
      const rows = await api.list<Row>(`${path}?${selector}`, "rrsets");
      return rows.map((row): CloudObject => {
        const type = row.type ?? "";
        const id = `${zone.name}/${row.name}/${type}`;
        return {
          ...object("record", row, `${path}/${row.name}/${type}`),
          id,
          name: id,
          isProtected: row.protection?.change === true,
          usedBy: servers.filter((server) => leadsTo(row, server)).map(({ id }) => Number(id)),
        };
      });
    }),
  );
  return found.flat();
}

/** Whether one of a record's addresses is a server's: of IPv6 a server has a whole network, fd00:1::/64. */
function leadsTo({ records = [] }: Row, { public_net: net }: Row): boolean {
  const network = net?.ipv6?.ip.replace(/\/\d+$/, "");
  return records.some(
    ({ value }) => value === net?.ipv4?.ip || (network !== undefined && value.startsWith(network)),
  );
}
