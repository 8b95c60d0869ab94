import * as pulumi from "@pulumi/pulumi";
import type { MonthlyCost } from "../preflight/cost";
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

/**
 * The hosts' own keys as lines of a known_hosts file. They were read over a connection that was pinned to a key
 * of the program's, so nobody has to answer ssh's question on trust.
 */
export function knownHosts({ webHost, bridges }: JitsiCluster): pulumi.Output<string> {
  const lines = [webHost, ...bridges].map(({ ipv4, ipv6, hostKey }) =>
    pulumi.all([ipv4, ipv6, hostKey]).apply(([v4, v6, key]) => `${v4},${v6} ${key}\n`),
  );
  return pulumi.all(lines).apply((known) => known.join(""));
}

/** The monthly cost for people. */
export function monthlyCostOutput(cost: MonthlyCost | undefined): Record<string, unknown> {
  if (cost === undefined) return { net: "not known: the API was not asked, or has no price" };
  const { currency, total, lines, includedTrafficTb, perTbMore } = cost;
  return {
    net: `${total.toFixed(2)} ${currency}`,
    of: lines.map(({ what, count, each }) => `${count} x ${what} ${each.toFixed(2)}`),
    traffic: `${includedTrafficTb} TB included, ${perTbMore.toFixed(2)} ${currency} for each TB more`,
  };
}

/**
 * How many people fit, as far as anybody knows without measuring: jicofo counts each with a stress of 0.01 and
 * fills a bridge to 0.8. Source: jicofo, reference.conf, `average-participant-stress` and `stress-threshold`.
 */
export function capacityEstimate(jvbCount: number): Record<string, string> {
  const people = (bridges: number): string => `about ${bridges * peoplePerBridge} people`;
  return {
    estimate: `${people(jvbCount)} in all meetings together`,
    withOneBridgeLost:
      jvbCount === 1
        ? "nobody: there is no other bridge"
        : `${people(jvbCount - 1)}; meetings on the lost one have to connect again`,
    source:
      "jicofo's own assumption of 80 people a bridge (stress 0.01 each, threshold 0.8); not measured on these server types",
  };
}

const peoplePerBridge = 80;

/** For the console of Pulumi Cloud, which puts the outputs in. */
export function stackReadme(domain: string, jvbCount: number): string {
  return [
    `# Jitsi Meet at ${domain}`,
    `One web host and ${jvbCount} ${jvbCount === 1 ? "bridge" : "bridges"}: [\${outputs.url}](\${outputs.url}).`,
    "- more or fewer bridges: `pulumi config set jvbCount N && pulumi up`",
    "- a shell on a host: `pulumi stack output knownHosts >> ~/.ssh/known_hosts`, then a line of `pulumi stack output sshCommands`",
    "- the settings: `docs/configuration.md`; when something fails: `docs/deploy.md`",
  ].join("\n\n");
}

/** The records to make where no zone is managed: the web host's. Clients find bridges by address. */
export function recordsToCreate({ webHost }: JitsiCluster, domain: string): RecordToCreate[] {
  return [
    { name: domain, type: "A", value: webHost.ipv4 },
    { name: domain, type: "AAAA", value: webHost.ipv6 },
  ];
}
