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
