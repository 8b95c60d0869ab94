import { stringify } from "yaml";
import type { HostSpec } from "../../../hcloud-simulator/src/driver";
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
    [`${seedFolder}/network-config`, networkConfig(spec, resolvers)],
  ]);
}

/**
 * Files to be changed for other public addresses. By default cloud-init writes the network's settings
 * at the first boot only; from here on it does at each.
 */
export function readdressFiles(
  spec: HostSpec,
  resolvers: readonly string[],
): ReadonlyMap<string, string> {
  return new Map([
    [`${seedFolder}/network-config`, networkConfig(spec, resolvers)],
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

/**
 * As Hetzner's own: the host's address is a /32 (a /64), the gateway lies outside it. Version 2, because the image
 * configures its network by netplan, and cloud-init 22 cannot turn a gateway outside the range of version 1 into one.
 */
function networkConfig(spec: HostSpec, resolvers: readonly string[]): string {
  const families = [
    { address: spec.publicIpv4, length: 32, to: "0.0.0.0/0", via: publicGatewayIpv4 },
    { address: spec.publicIpv6, length: 64, to: "::/0", via: publicGatewayIpv6 },
  ].filter(({ address }) => address !== undefined);
  if (families.length === 0) return stringify({ version: 2, ethernets: {} });
  const eth0 = {
    dhcp4: false,
    "accept-ra": false,
    addresses: families.map(({ address, length }) => `${address}/${length}`),
    routes: families.map(({ to, via }) => ({ to, via, "on-link": true })),
    nameservers: { addresses: resolvers },
  };
  return stringify({ version: 2, ethernets: { eth0 } });
}
