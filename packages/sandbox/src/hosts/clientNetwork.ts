import type { AddressPair, SandboxIdentity } from "../identity";
import { publicGatewayIpv4, publicGatewayIpv6 } from "./hostNetwork";
import { clientLink, clientNamespace, routerNamespace } from "./names";
import { addNamespace, ipBatch, linksIn, setSysctls } from "./netns";

/** The client's own interface. */
const inside = "eth0";

/**
 * Creates a network namespace for a program that reaches the hosts like a machine on the internet:
 * its packets pass the hosts' firewalls. Nothing outside of the sandbox can be reached from it.
 * Idempotent; `removeAll` removes it.
 *
 * @param name at most 13 characters
 * @returns the name of the namespace
 */
export async function ensureClientNamespace(
  identity: SandboxIdentity,
  name: string,
  { ipv4, ipv6 }: AddressPair,
): Promise<string> {
  const namespace = clientNamespace(identity, name);
  const router = routerNamespace(identity);
  const link = clientLink(name);
  await addNamespace(namespace);
  // Addresses are usable at once, without a second of duplicate address detection.
  await setSysctls(namespace, { "ipv6/conf/default/accept_dad": 0 });
  if (!(await linksIn(namespace)).has(inside)) {
    await ipBatch(router, [`link add ${link} type veth peer name ${inside} netns ${namespace}`]);
  }
  await ipBatch(router, [
    `link set ${link} up`,
    `addr replace ${publicGatewayIpv4}/32 dev ${link}`,
    `addr replace ${publicGatewayIpv6}/64 dev ${link} nodad`,
    `route replace ${ipv4}/32 dev ${link}`,
    `route replace ${ipv6}/128 dev ${link}`,
  ]);
  await ipBatch(namespace, [
    "link set lo up",
    `link set ${inside} up`,
    `addr replace ${ipv4}/32 dev ${inside}`,
    `addr replace ${ipv6}/128 dev ${inside} nodad`,
    `route replace ${publicGatewayIpv4}/32 dev ${inside}`,
    `route replace default via ${publicGatewayIpv4} dev ${inside} src ${ipv4}`,
    `route replace default via ${publicGatewayIpv6} dev ${inside} src ${ipv6}`,
  ]);
  return namespace;
}
