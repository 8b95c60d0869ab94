import * as pulumi from "@pulumi/pulumi";
import { limits } from "./constants";
import type { MonthlyCost } from "./plan/cost";
import type { ClusterPlan } from "./plan/clusterPlan";
import { hostAndPort, type SshProxy } from "./config/sshProxy";

// Plain around what is known late: a preview shows the names, and which addresses are still to come.

export interface HostAddresses {
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
}

/** A host that the operator can log in to. */
export interface ReachableHost extends HostAddresses {
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
}

/** A bridge, on whatever host it runs. */
interface KnownBridge {
  /** jvb-0, local. */
  readonly displayName: string;
  /** As jicofo lists it. */
  readonly nickname: pulumi.Output<string>;
}

/** A cluster, as far as the outputs describe it. */
export interface DescribedCluster {
  readonly webHost: ReachableHost;
  readonly bridges: readonly (ReachableHost & KnownBridge)[];
  /** The bridge on the web host; absent if it has none. */
  readonly localBridge?: KnownBridge;
}

export interface BridgeOutput extends HostAddresses {
  /** For people: jvb-0, local. */
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
export function webHostOutput({ webHost }: DescribedCluster): HostAddresses {
  const { ipv4, ipv6, privateIp } = webHost;
  return { ipv4, ipv6, privateIp };
}

/** The bridges by number; at last the web host's own, which has the web host's addresses. */
export function bridgeOutputs({ webHost, bridges, localBridge }: DescribedCluster): BridgeOutput[] {
  const output = (
    { displayName, nickname }: KnownBridge,
    { ipv4, ipv6, privateIp }: HostAddresses,
  ): BridgeOutput => ({ name: displayName, nickname, ipv4, ipv6, privateIp });
  return [
    ...bridges.map((bridge) => output(bridge, bridge)),
    ...(localBridge === undefined ? [] : [output(localBridge, webHost)]),
  ];
}

/**
 * Host to the command that opens a shell on it, for people whose keys are in sshAuthorizedKeys.
 * @param proxy the bastion, where only it reaches the hosts
 */
export function sshCommands(
  { webHost, bridges }: DescribedCluster,
  proxy?: SshProxy,
): Record<string, pulumi.Output<string>> {
  const jump = proxy === undefined ? "" : `-J ${proxy.user}@${hostAndPort(proxy)} `;
  const ssh = (ipv4: pulumi.Output<string>): pulumi.Output<string> =>
    ipv4.apply((address) => `ssh ${jump}root@${address}`);
  return Object.fromEntries([
    ["web", ssh(webHost.ipv4)],
    ...bridges.map(({ displayName, ipv4 }) => [displayName, ssh(ipv4)] as const),
  ]);
}

/**
 * The hosts' own keys as lines of a known_hosts file. They were read over a connection that was pinned to a key
 * of the program's, so nobody has to answer ssh's question on trust.
 * @param proxy the bastion; its key is the one of the settings
 */
export function knownHosts(
  { webHost, bridges }: DescribedCluster,
  proxy?: SshProxy,
): pulumi.Output<string> {
  const lines = [webHost, ...bridges].map(({ ipv4, ipv6, hostKey }) =>
    pulumi.all([ipv4, ipv6, hostKey]).apply(([v4, v6, key]) => `${v4},${v6} ${key}\n`),
  );
  const bastion = proxy === undefined ? "" : `${knownName(proxy)} ${proxy.hostKey}\n`;
  return pulumi.all(lines).apply((known) => known.join("") + bastion);
}

/** As ssh looks a host up. */
const knownName = ({ host, port }: SshProxy): string => (port === 22 ? host : `[${host}]:${port}`);

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
 * fills a bridge to 0.8. Source: jicofo, reference.conf, `average-participant-stress` and `stress-threshold`. The
 * load of the whole host counts too, so the web host's own bridge holds fewer: nobody has measured how many.
 */
export function capacityEstimate({ bridges, localBridge }: ClusterPlan): Record<string, string> {
  const isLocal = localBridge !== undefined;
  const people = (count: number): string => {
    if (count === 0) return "a few small meetings, on the web host's own bridge";
    const fit = count * peoplePerBridge;
    if (fit > limits.peopleOfWebHost) {
      return `about ${limits.peopleOfWebHost} people in all meetings together: the web host carries no more, whatever the number of bridges`;
    }
    const most = `about ${fit} people in all meetings together`;
    return isLocal ? `${most}, and a few on the web host's own bridge` : most;
  };
  const others = bridges.length - 1 + (isLocal ? 1 : 0);
  return {
    estimate: people(bridges.length),
    withOneBridgeLost:
      others < 1
        ? "nobody: there is no other bridge"
        : `${people(bridges.length - 1)}; meetings on the lost one have to connect again`,
    source:
      "jicofo's own assumption of 80 people a bridge (stress 0.01 each, threshold 0.8), fewer on the web host, whose other load counts; not measured on these server types",
  };
}

const peoplePerBridge = 80;

/** For the console of Pulumi Cloud, which puts the outputs in. */
export function stackReadme(plan: ClusterPlan): string {
  return [
    `# Jitsi Meet at ${plan.webHost.hostname}`,
    `${describeHosts(plan)}: [\${outputs.url}](\${outputs.url}).`,
    "- more or fewer bridges: `pulumi config set jvbCount N && pulumi up`",
    "- a shell on a host: `pulumi stack output knownHosts >> ~/.ssh/known_hosts`, then a line of `pulumi stack output sshCommands`",
    "- the settings: `docs/configuration.md`; when something fails: `docs/troubleshooting.md`",
  ].join("\n\n");
}

function describeHosts({ bridges: { length: count }, localBridge }: ClusterPlan): string {
  const web = `One web host${localBridge === undefined ? "" : " with a bridge of its own"}`;
  if (count === 0) return web;
  return `${web} and ${count} ${count === 1 ? "bridge" : "bridges"}`;
}

/** The records to make where no zone is managed: the web host's. Clients find bridges by address. */
export function recordsToCreate({ webHost }: DescribedCluster, domain: string): RecordToCreate[] {
  return [
    { name: domain, type: "A", value: webHost.ipv4 },
    { name: domain, type: "AAAA", value: webHost.ipv6 },
  ];
}
