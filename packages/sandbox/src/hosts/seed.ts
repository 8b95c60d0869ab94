import { stringify } from "yaml";
import type { HostSpec } from "../../../hcloud-simulator/src/driver";
import { publicGatewayIpv4, publicGatewayIpv6 } from "./hostNetwork";

/** Folder of cloud-init's NoCloud data source on the host. */
export const seedFolder = "/var/lib/cloud/seed/nocloud";

/** The files that cloud-init finds at the first boot, by their path on the host. */
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
 * The files that change when a host gets other public addresses. By default cloud-init writes the
 * network configuration at the first boot only; with these files, at each boot.
 */
export function newAddressFiles(
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
 * Like Hetzner's: the host's address is a /32 (or /64), and the gateway is outside of it. Version
 * 2, because the image uses netplan and cloud-init 22 cannot convert a gateway outside of the range
 * from version 1.
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
