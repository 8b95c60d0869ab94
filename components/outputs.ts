import type * as pulumi from "@pulumi/pulumi";
import type { JitsiCluster } from "./jitsiCluster";

// Plain around what is known late: a preview shows the names, and which addresses are still to come.

export interface HostAddresses {
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
}

export interface BridgeOutput extends HostAddresses {
  /** For people: jvb-0. */
  readonly name: string;
  /** As jicofo lists it. */
  readonly nickname: pulumi.Output<string>;
}

/** A record that somebody has to make. */
export interface RecordToCreate {
  /** Full name, without the trailing dot. */
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly value: pulumi.Output<string>;
}

/** The web host's addresses. */
export function webHostOutput({ webHost }: JitsiCluster): HostAddresses {
  const { ipv4, ipv6, privateIp } = webHost;
  return { ipv4, ipv6, privateIp };
}

/** The bridges, by number. */
export function bridgeOutputs({ bridges }: JitsiCluster): BridgeOutput[] {
  return bridges.map(({ displayName, nickname, ipv4, ipv6, privateIp }) => ({
    name: displayName,
    nickname,
    ipv4,
    ipv6,
    privateIp,
  }));
}

/** Host to the command that opens a shell on it, for people whose keys are in sshAuthorizedKeys. */
export function sshCommands({
  webHost,
  bridges,
}: JitsiCluster): Record<string, pulumi.Output<string>> {
  const ssh = (ipv4: pulumi.Output<string>): pulumi.Output<string> =>
    ipv4.apply((address) => `ssh root@${address}`);
  return Object.fromEntries([
    ["web", ssh(webHost.ipv4)],
    ...bridges.map(({ displayName, ipv4 }) => [displayName, ssh(ipv4)] as const),
  ]);
}

/** The records to make where no zone is managed: the web host's. Clients find bridges by address. */
export function recordsToCreate({ webHost }: JitsiCluster, domain: string): RecordToCreate[] {
  return [
    { name: domain, type: "A", value: webHost.ipv4 },
    { name: domain, type: "AAAA", value: webHost.ipv6 },
  ];
}
