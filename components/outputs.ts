import * as pulumi from "@pulumi/pulumi";
import { addressRecords, type DnsRecord } from "./dnsPlan";
import type { JitsiCluster } from "./jitsiCluster";

export interface HostAddresses {
  readonly ipv4: string;
  readonly ipv6: string;
  readonly privateIp: string;
}

export interface BridgeOutput extends HostAddresses {
  /** For people: jvb-0. */
  readonly name: string;
  /** As jicofo lists it. */
  readonly nickname: string;
}

/** The web host's addresses. */
export function webHostOutput({ webHost }: JitsiCluster): pulumi.Output<HostAddresses> {
  const { ipv4, ipv6, privateIp } = webHost;
  return pulumi.output({ ipv4, ipv6, privateIp });
}

/** The bridges, by number. */
export function bridgeOutputs({ bridges }: JitsiCluster): pulumi.Output<BridgeOutput[]> {
  return pulumi.output(
    bridges.map(({ displayName, nickname, ipv4, ipv6, privateIp }) => ({
      name: displayName,
      nickname,
      ipv4,
      ipv6,
      privateIp,
    })),
  );
}

/** Host to the command that opens a shell on it, for people whose keys are in sshAuthorizedKeys. */
export function sshCommands({
  webHost,
  bridges,
}: JitsiCluster): pulumi.Output<Record<string, string>> {
  const addresses = [
    { name: "web", ipv4: webHost.ipv4 },
    ...bridges.map(({ displayName, ipv4 }) => ({ name: displayName, ipv4 })),
  ];
  return pulumi
    .output(addresses)
    .apply((known) =>
      Object.fromEntries(known.map(({ name, ipv4 }) => [name, `ssh root@${ipv4}`])),
    );
}

/** The records that somebody has to make where no zone is managed: the web host's. Bridges are found by address. */
export function recordsToCreate(
  { webHost }: JitsiCluster,
  domain: string,
): pulumi.Output<DnsRecord[]> {
  return pulumi
    .all([webHost.ipv4, webHost.ipv6])
    .apply(([ipv4, ipv6]) => addressRecords(domain, ipv4, ipv6));
}
