import { stringify } from "yaml";
import type { HostSpec } from "./driver";
import { publicGatewayIpv4, publicGatewayIpv6 } from "./hostNetwork";

/** Where cloud-init's NoCloud data source looks, on the host. */
export const seedFolder = "/var/lib/cloud/seed/nocloud";

/** Text of each file that a host finds at its first boot, by its path on the host. */
export function seedFiles(
  spec: HostSpec,
  resolvers: readonly string[],
): ReadonlyMap<string, string> {
  return new Map([
    [`${seedFolder}/user-data`, spec.userData],
    [`${seedFolder}/meta-data`, metaData(spec)],
    [`${seedFolder}/network-config`, networkConfig(spec)],
    // The static network configuration brings no resolver with it (Hetzner's comes by DHCP).
    ["/etc/resolv.conf", resolvers.map((address) => `nameserver ${address}\n`).join("")],
  ]);
}

/**
 * Files to be changed for other public addresses. By default cloud-init writes the network's settings
 * at the first boot only; from here on it does at each.
 */
export function readdressFiles(spec: HostSpec): ReadonlyMap<string, string> {
  return new Map([
    [`${seedFolder}/network-config`, networkConfig(spec)],
    [
      "/etc/cloud/cloud.cfg.d/95_readdress.cfg",
      stringify({ updates: { network: { when: ["boot-new-instance", "boot"] } } }),
    ],
  ]);
}

function metaData(spec: HostSpec): string {
  return stringify({
    "instance-id": spec.id.toString(),
    "local-hostname": spec.name,
    "public-keys": spec.sshKeys,
  });
}

/** Version 1, as Hetzner's own: the host's address is a /32 (a /64), the gateway lies outside it. */
function networkConfig(spec: HostSpec): string {
  const subnets = [];
  if (spec.publicIpv4 !== undefined) {
    subnets.push({ type: "static", address: `${spec.publicIpv4}/32`, gateway: publicGatewayIpv4 });
  }
  if (spec.publicIpv6 !== undefined) {
    subnets.push({ type: "static6", address: `${spec.publicIpv6}/64`, gateway: publicGatewayIpv6 });
  }
  const config = subnets.length === 0 ? [] : [{ type: "physical", name: "eth0", subnets }];
  return stringify({ version: 1, config });
}
