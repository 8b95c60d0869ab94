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
import { run } from "./exec";

/** Hetzner's IPv4 gateway, the same on every server: the server's own address is a /32. */
export const publicGatewayIpv4 = "172.31.1.1";
/** Hetzner's IPv6 gateway. */
export const publicGatewayIpv6 = "fe80::1";
/** MTU of Hetzner's private networks. */
const privateMtu = 1450;
/** As a link has it by default. */
const mostSegments = 65_535;
const bridge = "br0";
/**
 * The gateway's hardware address. Chosen, because a bridge without one takes the lowest of its ports': it would change
 * with the host that has that port, and the others would send to the old one for minutes.
 */
const gatewayMac = "02:00:00:00:00:01";

/** The first host creates a network and the last one removes it, so changes of one network must not overlap. */
const networkChanges = new KeyedQueue<string>();

/** A stable hardware address for a host's public interface, in the range that Hetzner's servers have. */
export function publicMac(identity: SandboxIdentity, id: number): string {
  const digest = createHash("sha256").update(`${identity.name} ${id}`).digest("hex");
  return `96:00:${(digest.slice(0, 8).match(/../g) ?? []).join(":")}`;
}

/**
 * Makes a host's namespace and its public interface `eth0`: a veth pair to the router, which routes
 * the host's IPv4 address and its IPv6 /64 to it. The host configures its own end (cloud-init).
 * Idempotent.
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
  // An address works at once instead of after a second of duplicate detection: nobody else has it.
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

/** Pulls a host's public interface; `ensurePublicInterface` makes it anew. Idempotent. */
export async function removePublicInterface(identity: SandboxIdentity, id: number): Promise<void> {
  const router = routerNamespace(identity);
  const link = publicLink(id);
  // The other end, in the host's namespace, goes with it.
  if ((await linksIn(router)).has(link)) await ipBatch(router, [`link delete ${link}`]);
}

/** The /64 of a host's own address, which is `<prefix>::1`. */
function prefixOf(ipv6: string): string {
  if (!ipv6.endsWith("::1"))
    throw new Error(`${ipv6} is no host's own IPv6 address: <prefix>::1 is needed`);
  return `${ipv6.slice(0, -1)}/64`;
}

/** Puts the host's packet filter in force, atomically; flows that are established go on. */
export async function applyFirewall(
  identity: SandboxIdentity,
  id: number,
  rules: readonly FirewallRule[] | null,
): Promise<void> {
  await applyNft(routerNamespace(identity), hostFirewallText(id, rules));
}

/**
 * Plugs a host into a private network: a veth pair from its namespace to the network's bridge. As at
 * Hetzner the host's address is a /32 and every packet goes by way of the gateway. Idempotent.
 *
 * @returns the `ip` commands for the host's end. They are applied here, and again at each boot.
 */
export async function plugPrivateNetwork(
  identity: SandboxIdentity,
  id: number,
  attachment: PrivateAttachment,
  fault?: PrivateInterfaceFault,
): Promise<readonly string[]> {
  const network = privateNamespace(identity, attachment.networkId);
  const host = hostNamespace(identity, id);
  const links = await linksIn(host);
  const plugged = [...links.values()].find((link) => link.mac === attachment.mac)?.name;
  const interfaceName = plugged ?? freeInterface(links.keys());
  await networkChanges.run(network, async () => {
    await ensurePrivateNetwork(network, attachment);
    await plugLink(network, host, privateLink(id), { mac: attachment.mac, interfaceName });
  });
  const lines = privateInterfaceLines(attachment, interfaceName, fault);
  await ipBatch(host, lines);
  return lines;
}

async function plugLink(
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

/** What may be wrong with the host's end of a private network. */
export type PrivateInterfaceFault = "no-address" | "large-packets";

/** What Hetzner's hc-utils would do inside the host when the interface appears. */
export function privateInterfaceLines(
  attachment: PrivateAttachment,
  interfaceName: string,
  fault?: PrivateInterfaceFault,
): string[] {
  const { ip, gateway, networkCidr } = attachment;
  if (fault === "no-address")
    return [`link set ${interfaceName} down`, `addr flush dev ${interfaceName}`];
  // An Ethernet's usual MTU: the other end takes no such packets, and says nothing. They go one by one, because the
  // kernel hands several at once over uncut, whatever the other end's MTU is.
  const size =
    fault === "large-packets"
      ? "mtu 1500 gso_max_segs 1"
      : `mtu ${privateMtu} gso_max_segs ${mostSegments}`;
  return [
    `link set ${interfaceName} ${size} up`,
    `addr replace ${ip}/32 dev ${interfaceName}`,
    `route replace ${gateway}/32 dev ${interfaceName} scope link src ${ip}`,
    `route replace ${networkCidr} via ${gateway} dev ${interfaceName} src ${ip}`,
  ];
}

async function ensurePrivateNetwork(
  namespace: string,
  attachment: PrivateAttachment,
): Promise<void> {
  await addNamespace(namespace);
  await setSysctls(namespace, {
    "ipv4/ip_forward": 1,
    // Hosts are neighbours on one bridge; without this the gateway would tell them so, and they would go past it.
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

/** Pulls a host's private interface, and removes the network with the last one. Idempotent. */
export async function unplugPrivateNetwork(
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

/** The first name that none of the host's private networks has. */
export function freeInterface(used: Iterable<string>): string {
  const taken = new Set(used);
  const free = privateInterfaces.find((name) => !taken.has(name));
  if (free === undefined) {
    throw new Error(`a server can be in ${privateInterfaces.length} networks at most`);
  }
  return free;
}

/** Removes a host's public interface, its packet filter and its namespace. Idempotent. */
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
    // The link first: with the host's namespace alone it would vanish some time later.
    await removePublicInterface(identity, id);
  }
  await deleteNamespace(hostNamespace(identity, id));
}
