import type { PrivateAttachment } from "../../../hcloud-simulator/src/driver";
import type { Suite } from "./releases";

/** MTU of Hetzner's private networks, which its DHCP server tells. */
export const privateMtu = 1450;
/** The default of a link. */
const defaultGsoSegments = 65_535;

/** Faults of the host's end of a private network. */
export type PrivateInterfaceFault = "no-address" | "large-packets";

/** What configures an interface with the answer of Hetzner's DHCP server. */
export type DhcpClient = "dhclient" | "dhcpcd";

/** The DHCP client of ifupdown in each release. */
export const dhcpClientOf: Readonly<Record<Suite, DhcpClient>> = {
  bookworm: "dhclient",
  trixie: "dhcpcd",
};

/**
 * The commands that do inside the host what its DHCP client does with a new interface. dhclient sets the
 * MTU of the network at the interface, dhcpcd at the routes only (dhcpcd.conf, interface_mtu).
 */
export function privateInterfaceLines(
  attachment: PrivateAttachment,
  interfaceName: string,
  client: DhcpClient,
  fault?: PrivateInterfaceFault,
): string[] {
  const { ip, gateway, networkCidr } = attachment;
  if (fault === "no-address")
    return [`link set ${interfaceName} down`, `addr flush dev ${interfaceName}`];
  const mtuFrom = fault === "large-packets" ? "nothing" : client;
  // The usual MTU of Ethernet: the other end drops larger packets silently. Segments are sent one
  // by one, because the kernel otherwise passes several at once, whatever the other end's MTU is.
  const size = {
    nothing: "mtu 1500 gso_max_segs 1",
    dhclient: `mtu ${privateMtu} gso_max_segs ${defaultGsoSegments}`,
    dhcpcd: `mtu 1500 gso_max_segs ${defaultGsoSegments}`,
  }[mtuFrom];
  const route = mtuFrom === "dhcpcd" ? ` mtu ${privateMtu}` : "";
  return [
    `link set ${interfaceName} ${size} up`,
    `addr replace ${ip}/32 dev ${interfaceName}`,
    `route replace ${gateway}/32 dev ${interfaceName} scope link src ${ip}${route}`,
    `route replace ${networkCidr} via ${gateway} dev ${interfaceName} src ${ip}${route}`,
  ];
}
