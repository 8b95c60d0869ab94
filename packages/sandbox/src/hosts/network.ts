import type { ReservedAddress, SandboxIdentity } from "../identity";
import { succeeds, run } from "./exec";
import { baseTableText } from "./firewallRules";
import { firewallTable, routerNamespace, uplinkName } from "./names";
import {
  addNamespace,
  applyNft,
  deleteNamespace,
  ipBatch,
  type Link,
  linksIn,
  namespaceExists,
  setSysctls,
} from "./netns";

/** Reserved addresses that belong to the uplink's end in the root namespace. */
const serviceAddresses: readonly ReservedAddress[] = [
  ...(["acme", "hetznerDns", "elsewhereDns", "acmeDns"] as const),
  ...(["objectStorage", "storageBox"] as const),
];

/** The router's end of the uplink, inside the router's namespace. */
const routerUplink = "uplink";

/**
 * Creates the sandbox's network: a namespace that routes between its hosts, connected to the root
 * namespace by one veth pair. Idempotent; it completes a half-built network.
 *
 * In the root namespace it only adds the link `<linkPrefix>-up` with its addresses and routes to
 * the sandbox's ranges. They are removed with the link. Forwarding is enabled only in the router's
 * namespace. There is no address translation, so hosts reach each other and the services on the
 * uplink only.
 *
 * @throws Error when the slot's link belongs to another sandbox
 */
export async function setUpNetwork(identity: SandboxIdentity): Promise<void> {
  const router = routerNamespace(identity);
  await addNamespace(router);
  await ensureUplink(identity, router);
  const { serviceIpv4, routerIpv4, serviceIpv6, routerIpv6, ipv4Cidr, ipv6Cidr } = identity.network;
  const services = serviceAddresses.map((name) => identity.network.reserved[name]);
  const uplink = uplinkName(identity);
  const { machines } = identity.network;
  await ipBatch(router, [
    "link set lo up",
    `link set ${routerUplink} up`,
    `addr replace ${routerIpv4} peer ${serviceIpv4}/32 dev ${routerUplink}`,
    // nodad: both ends belong to the sandbox, and with a tentative address the first packets would
    // fail.
    `addr replace ${routerIpv6} peer ${serviceIpv6}/128 dev ${routerUplink} nodad`,
    ...services.flatMap(({ ipv4, ipv6 }) => [
      `route replace ${ipv4}/32 dev ${routerUplink}`,
      `route replace ${ipv6}/128 dev ${routerUplink}`,
    ]),
  ]);
  await ipBatch(undefined, [
    `link set ${uplink} up`,
    `addr replace ${serviceIpv4} peer ${routerIpv4}/32 dev ${uplink}`,
    `addr replace ${serviceIpv6} peer ${routerIpv6}/128 dev ${uplink} nodad`,
    ...services.flatMap(({ ipv4, ipv6 }) => [
      `addr replace ${ipv4}/32 dev ${uplink}`,
      `addr replace ${ipv6}/128 dev ${uplink} nodad`,
    ]),
    ...[ipv4Cidr, machines.ipv4Cidr].map(
      (range) => `route replace ${range} via ${routerIpv4} dev ${uplink} src ${serviceIpv4}`,
    ),
    // onlink: the kernel adds the route to the router only after it has noticed that the link is
    // up.
    ...[ipv6Cidr, machines.ipv6Cidr].map(
      (range) => `route replace ${range} via ${routerIpv6} dev ${uplink} src ${serviceIpv6} onlink`,
    ),
  ]);
  await setSysctls(router, {
    "ipv4/ip_forward": 1,
    "ipv6/conf/all/forwarding": 1,
    // The addresses of new links to hosts are usable at once.
    "ipv6/conf/default/accept_dad": 0,
  });
  const listTable = ["netns", "exec", router, "nft", "list", "table", "inet", firewallTable];
  if (!(await succeeds("ip", listTable))) await applyNft(router, baseTableText());
}

async function ensureUplink(identity: SandboxIdentity, router: string): Promise<void> {
  const uplink = uplinkName(identity);
  const inRoot = (await linksIn(undefined)).get(uplink);
  const inRouter = (await linksIn(router)).has(routerUplink);
  if (inRoot !== undefined && !isOurs(inRoot, identity)) {
    throw new Error(
      `slot ${identity.slot} is in use: the link ${uplink} belongs to ${inRoot.alias ?? ""}; ` +
        `stop that sandbox or use another slot`,
    );
  }
  if (inRoot !== undefined && inRouter) return;
  if (inRoot !== undefined) await ipBatch(undefined, [`link delete ${uplink}`]);
  await ipBatch(undefined, [
    `link add ${uplink} type veth peer name ${routerUplink} netns ${router}`,
    `link set ${uplink} alias ${identity.name}`,
  ]);
}

/**
 * The alias of the link names its sandbox. It is missing if the sandbox was killed before it could
 * set it.
 */
const isOurs = (link: Link, identity: SandboxIdentity): boolean =>
  link.alias === undefined || link.alias === identity.name;

/**
 * Removes everything that `setUpNetwork` created. Idempotent. The hosts' own namespaces must be
 * removed before or after.
 */
export async function tearDownNetwork(identity: SandboxIdentity): Promise<void> {
  const uplink = uplinkName(identity);
  // Delete the link first: when only its namespace is deleted, the link disappears some time later.
  const link = (await linksIn(undefined)).get(uplink);
  if (link !== undefined && isOurs(link, identity)) {
    await run("ip", ["link", "delete", uplink]);
  }
  const router = routerNamespace(identity);
  if (namespaceExists(router)) await deleteNamespace(router);
}
