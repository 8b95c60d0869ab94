import { createHash } from "node:crypto";
import type { SandboxIdentity } from "../identity";
import type {
  FirewallRule,
  HostSpec,
  PrivateAttachment,
} from "../../../hcloud-simulator/src/driver";
import { KeyedQueue } from "../../../hcloud-simulator/src/keyedQueue";
import { hostFirewallText, removeHostFirewallText } from "./firewallRules";
import {
  firewallTable,
  hostNamespace,
  privateInterfaces,
  privateLink,
  privateNamespace,
  publicLink,
  routerNamespace,
} from "./names";
import {
  addNamespace,
  applyNft,
  deleteNamespace,
  ipBatch,
  linksIn,
  namespaceExists,
  setSysctls,
} from "./netns";
import {
  type DhcpClient,
  type PrivateInterfaceFault,
  privateInterfaceLines,
  privateMtu,
} from "./privateInterface";
import { run } from "./exec";

/**
 * Hetzner's IPv4 gateway. It is the same on every server, because the server's own address is a
 * /32.
 */
export const publicGatewayIpv4 = "172.31.1.1";
/** Hetzner's IPv6 gateway. */
export const publicGatewayIpv6 = "fe80::1";
const bridge = "br0";
/**
 * Fixed MAC address of the gateway. Otherwise the bridge takes the lowest address of its ports. It
 * would change together with that port's host, and other hosts would send to the old address for
 * minutes.
 */
const gatewayMac = "02:00:00:00:00:01";

/** The first host creates a network and the last one removes it, so changes of one network must not overlap. */
const networkChanges = new KeyedQueue<string>();

/** A stable MAC address for the public interface of a host, in the range of Hetzner's servers. */
export function publicMac(identity: SandboxIdentity, id: number): string {
  const digest = createHash("sha256").update(`${identity.name} ${id}`).digest("hex");
  return `96:00:${(digest.slice(0, 8).match(/../g) ?? []).join(":")}`;
}

/**
 * Creates a host's namespace and its public interface `eth0`: a veth pair to the router, which
 * routes the host's IPv4 address and IPv6 /64 to it. The host configures its own end with
 * cloud-init. Idempotent.
 */
export async function ensurePublicInterface(
  identity: SandboxIdentity,
  spec: HostSpec,
): Promise<void> {
  const namespace = hostNamespace(identity, spec.id);
  const router = routerNamespace(identity);
  await addNamespace(namespace);
  if (spec.publicIpv4 === undefined && spec.publicIpv6 === undefined) return;
  const link = publicLink(spec.id);
  // Addresses are usable at once, without a second of duplicate address detection. No other host
  // has them.
  const noDuplicateDetection = { "ipv6/conf/default/accept_dad": 0 };
  await setSysctls(namespace, noDuplicateDetection);
  if (!(await linksIn(router)).has(link)) {
    const mac = publicMac(identity, spec.id);
    await ipBatch(router, [
      `link add ${link} type veth peer name eth0 address ${mac} netns ${namespace}`,
    ]);
  }
  const lines = [`link set ${link} up`];
  if (spec.publicIpv4 !== undefined) {
    lines.push(`addr replace ${publicGatewayIpv4}/32 dev ${link}`);
    lines.push(`route replace ${spec.publicIpv4}/32 dev ${link}`);
  }
  if (spec.publicIpv6 !== undefined) {
    lines.push(`addr replace ${publicGatewayIpv6}/64 dev ${link} nodad`);
    lines.push(`route replace ${prefixOf(spec.publicIpv6)} dev ${link}`);
  }
  await ipBatch(router, lines);
}

/** Removes a host's public interface; `ensurePublicInterface` creates it again. Idempotent. */
export async function removePublicInterface(identity: SandboxIdentity, id: number): Promise<void> {
  const router = routerNamespace(identity);
  const link = publicLink(id);
  // This also removes the other end in the host's namespace.
  if ((await linksIn(router)).has(link)) await ipBatch(router, [`link delete ${link}`]);
}

/** The /64 of a host's own address, which is `<prefix>::1`. */
function prefixOf(ipv6: string): string {
  if (!ipv6.endsWith("::1"))
    throw new Error(`${ipv6} is not a host's own IPv6 address; allowed: <prefix>::1`);
  return `${ipv6.slice(0, -1)}/64`;
}

/** Applies the firewall rules of a host atomically. Established connections continue. */
export async function applyFirewall(
  identity: SandboxIdentity,
  id: number,
  rules: readonly FirewallRule[] | null,
): Promise<void> {
  await applyNft(routerNamespace(identity), hostFirewallText(id, rules));
}

/**
 * Attaches a host to a private network by a veth pair from its namespace to the network's bridge.
 * As at Hetzner, the host's address is a /32 and every packet goes through the gateway. Idempotent.
 *
 * @returns the `ip` commands for the host's end. They are applied here, and again at each boot.
 */
export async function attachPrivateNetwork(
  identity: SandboxIdentity,
  id: number,
  attachment: PrivateAttachment,
  client: DhcpClient,
  fault?: PrivateInterfaceFault,
): Promise<readonly string[]> {
  const network = privateNamespace(identity, attachment.networkId);
  const host = hostNamespace(identity, id);
  const links = await linksIn(host);
  const attached = [...links.values()].find((link) => link.mac === attachment.mac)?.name;
  const interfaceName = attached ?? freeInterface(links.keys());
  await networkChanges.run(network, async () => {
    await ensurePrivateNetwork(network, attachment);
    await addLink(network, host, privateLink(id), { mac: attachment.mac, interfaceName });
  });
  const lines = privateInterfaceLines(attachment, interfaceName, client, fault);
  await ipBatch(host, lines);
  return lines;
}

async function addLink(
  network: string,
  host: string,
  link: string,
  inside: { mac: string; interfaceName: string },
): Promise<void> {
  if (!(await linksIn(network)).has(link)) {
    await ipBatch(network, [
      `link add ${link} type veth peer name ${inside.interfaceName} address ${inside.mac} netns ${host}`,
    ]);
  }
  await ipBatch(network, [`link set ${link} mtu ${privateMtu} master ${bridge} up`]);
}

async function ensurePrivateNetwork(
  namespace: string,
  attachment: PrivateAttachment,
): Promise<void> {
  await addNamespace(namespace);
  await setSysctls(namespace, {
    "ipv4/ip_forward": 1,
    // Hosts are neighbours on one bridge. With redirects the gateway would tell them so, and they
    // would bypass it.
    "ipv4/conf/all/send_redirects": 0,
    "ipv4/conf/default/send_redirects": 0,
  });
  if (!(await linksIn(namespace)).has(bridge)) {
    await ipBatch(namespace, [
      `link add ${bridge} address ${gatewayMac} mtu ${privateMtu} type bridge`,
    ]);
  }
  await ipBatch(namespace, [
    "link set lo up",
    `link set ${bridge} up`,
    `addr replace ${attachment.gateway}/32 dev ${bridge}`,
    `route replace ${attachment.networkCidr} dev ${bridge} src ${attachment.gateway}`,
  ]);
}

/**
 * Detaches a host from a private network, and removes the network with the last host. Idempotent.
 */
export async function detachPrivateNetwork(
  identity: SandboxIdentity,
  id: number,
  networkId: number,
): Promise<void> {
  const network = privateNamespace(identity, networkId);
  await networkChanges.run(network, async () => {
    if (!namespaceExists(network)) return;
    const links = await linksIn(network);
    if (links.delete(privateLink(id))) await ipBatch(network, [`link delete ${privateLink(id)}`]);
    if (![...links.keys()].some((link) => /^p\d+$/.test(link))) await deleteNamespace(network);
  });
}

/** The first interface name that the host does not use yet. */
export function freeInterface(used: Iterable<string>): string {
  const taken = new Set(used);
  const free = privateInterfaces.find((name) => !taken.has(name));
  if (free === undefined) {
    throw new Error(`a server can be in at most ${privateInterfaces.length} networks`);
  }
  return free;
}

/** Removes a host's public interface, its firewall rules and its namespace. Idempotent. */
export async function removeHostNetwork(identity: SandboxIdentity, id: number): Promise<void> {
  const router = routerNamespace(identity);
  if (namespaceExists(router)) {
    const chains = await run("ip", [
      "netns",
      "exec",
      router,
      "nft",
      "list",
      "map",
      "inet",
      firewallTable,
      "inbound",
    ]);
    if (chains.includes(`"${publicLink(id)}"`)) await applyNft(router, removeHostFirewallText(id));
    // Delete the link first: when only the host's namespace is deleted, the link disappears some
    // time later.
    await removePublicInterface(identity, id);
  }
  await deleteNamespace(hostNamespace(identity, id));
}
