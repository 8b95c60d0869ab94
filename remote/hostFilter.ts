import {
  metadataAddress,
  ports,
  privateNetwork,
  relayPorts,
  unroutedRanges,
  type Role,
} from "../lib/constants";
import { render, type PrivateService } from "./render";

/** What a host offers to others in the private network, and to whom. All else is refused there. */
export function privateServices(role: Role): PrivateService[] {
  switch (role) {
    case "web":
      return [{ port: ports.xmppClient, source: privateNetwork.bridgeSubnet }];
    case "jvb":
      // It has no authentication, and a POST to it ends the bridge.
      return [ports.jvbRest, ports.jvbStart, ports.jvbCopy].map((port) => ({
        port,
        source: `${privateNetwork.webAddress}/32`,
      }));
    case "jibri":
      return [{ port: ports.jibriControl, source: `${privateNetwork.webAddress}/32` }];
    default:
      return role satisfies never;
  }
}

/**
 * The packet filter on the host itself (nftables), for what Hetzner's firewalls leave open: the private
 * network, the metadata service for processes that are not root's, and media to addresses that lead nowhere. Pure.
 */
export function hostFilter(role: Role): string {
  return render("host/etc/nftables.d/jitsi-hetzner.nft", {
    privateRange: privateNetwork.range,
    metadataAddress,
    services: privateServices(role),
    relayPorts: role === "web" ? `${relayPorts.from}-${relayPorts.to}` : "",
    mediaPort: ports.jvbMedia,
    unroutedRanges: unroutedRanges.join(", "),
  });
}
