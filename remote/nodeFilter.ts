import type { NodeRole } from "../lib/config/existingNode";
import { ports } from "../lib/constants";
import { render } from "./render";

/** Ports of each role. */
const portsOf: Readonly<
  Record<NodeRole, { readonly forwarded: readonly number[]; readonly open: readonly number[] }>
> = {
  // Not jvbCopy: the machine of another provider keeps no copies of certificates.
  jvb: { forwarded: [ports.jvbRest, ports.jvbStart], open: [ports.jvbMedia] },
  jibri: { forwarded: [ports.jibriControl], open: [] },
};

/** Private ports of an existing machine, which the web host reaches by a forward. */
export const forwardedPorts = (role: NodeRole): readonly number[] => portsOf[role].forwarded;

/**
 * The packet filter of an existing machine, in a table of its own, with the rules that Hetzner's firewall has for the same
 * role. Pure.
 *
 * @param sshPort where the program reaches its SSH server; the machine adds the ports on which sshd listens
 */
export function nodeFilter({ role, sshPort }: { role: NodeRole; sshPort: number }): string {
  return render("node/etc/jitsi-hetzner/filter.nft", { sshPort, mediaPorts: portsOf[role].open });
}
