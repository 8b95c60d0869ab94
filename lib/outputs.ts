import * as pulumi from "@pulumi/pulumi";
import { hostAndPort, type SshProxy } from "./config/sshProxy";
import { limits, ports } from "./constants";
import type { ClusterPlan } from "./plan/clusterPlan";
import type { MonthlyCost } from "./plan/cost";
import { webNames } from "./plan/webNames";

// Only the values that are known late are Outputs: a preview shows the names, and that the addresses are not known yet.

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

/** A bridge or a recorder, on whatever host it runs. */
interface KnownProgram {
  /** jvb-0, local, jibri-0. */
  readonly displayName: string;
  /** As jicofo lists it. */
  readonly nickname: pulumi.Output<string>;
}

/** An existing machine, with its bridge or recorder. */
interface KnownNode extends KnownProgram {
  readonly ipv4: pulumi.Output<string>;
  /** How the program reaches it. */
  readonly ssh: { readonly user: string; readonly port: number; readonly hostKey: string };
}

/** A cluster, as far as the outputs describe it. */
export interface DescribedCluster {
  readonly webHost: ReachableHost;
  readonly bridges: readonly (ReachableHost & KnownProgram)[];
  /** The bridge on the web host; absent if it has none. */
  readonly localBridge?: KnownProgram;
  readonly recorders: {
    readonly recorders: readonly (ReachableHost & KnownProgram)[];
    /** The recorder on the web host; absent if it has none. */
    readonly localRecorder?: KnownProgram;
    /** Those on existing machines; by default none. */
    readonly nodes?: readonly KnownNode[];
  };
  /** Existing machines; by default none. */
  readonly nodes?: readonly KnownNode[];
}

/** A bridge or a recorder. */
export interface BridgeOutput extends HostAddresses {
  /** jvb-0, local, jibri-0. */
  readonly name: string;
  /** As jicofo lists it. */
  readonly nickname: pulumi.Output<string>;
}

/** A DNS record that the operator has to create. */
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

/** Hosts that Hetzner made, by name, and existing machines. */
function hostsOf({ webHost, bridges, recorders, nodes = [] }: DescribedCluster): {
  readonly own: readonly (readonly [string, ReachableHost])[];
  readonly machines: readonly KnownNode[];
} {
  const others = [...bridges, ...recorders.recorders];
  return {
    own: [["web", webHost], ...others.map((host) => [host.displayName, host] as const)],
    machines: [...nodes, ...(recorders.nodes ?? [])],
  };
}

const programOutput = (
  { displayName, nickname }: KnownProgram,
  { ipv4, ipv6, privateIp }: HostAddresses,
): BridgeOutput => ({ name: displayName, nickname, ipv4, ipv6, privateIp });

/**
 * Those with a host of their own, by number. Then the one on the web host, which has the web host's addresses, and those on
 * existing machines, which are known by one address.
 */
function programOutputs(
  own: readonly (ReachableHost & KnownProgram)[],
  local: KnownProgram | undefined,
  nodes: readonly KnownNode[],
  webHost: HostAddresses,
): BridgeOutput[] {
  const none = pulumi.output("");
  return [
    ...own.map((program) => programOutput(program, program)),
    ...(local === undefined ? [] : [programOutput(local, webHost)]),
    ...nodes.map((node) => programOutput(node, { ipv4: node.ipv4, ipv6: none, privateIp: none })),
  ];
}

export const bridgeOutputs = ({
  webHost,
  bridges,
  localBridge,
  nodes = [],
}: DescribedCluster): BridgeOutput[] => programOutputs(bridges, localBridge, nodes, webHost);

export const recorderOutputs = ({
  webHost,
  recorders: { recorders, localRecorder, nodes = [] },
}: DescribedCluster): BridgeOutput[] => programOutputs(recorders, localRecorder, nodes, webHost);

/**
 * For each host the command that opens a shell on it, for operators whose keys are in sshAuthorizedKeys.
 * @param proxy the bastion, if the hosts are reached through one
 */
export function sshCommands(
  cluster: DescribedCluster,
  proxy?: SshProxy,
): Record<string, pulumi.Output<string>> {
  const jump = proxy === undefined ? "" : `-J ${proxy.user}@${hostAndPort(proxy)} `;
  const ssh = (ipv4: pulumi.Output<string>): pulumi.Output<string> =>
    ipv4.apply((address) => `ssh ${jump}root@${address}`);
  const { own, machines } = hostsOf(cluster);
  return Object.fromEntries([
    ...own.map(([name, { ipv4 }]) => [name, ssh(ipv4)] as const),
    ...machines.map(({ displayName, ipv4, ssh: { user, port } }) => {
      const option = port === ports.ssh ? "" : `-p ${port} `;
      return [
        displayName,
        ipv4.apply((address) => `ssh ${jump}${option}${user}@${address}`),
      ] as const;
    }),
  ]);
}

/**
 * The hosts' own keys as lines of a known_hosts file. The program read them over a connection that was pinned to its own
 * key, so no operator has to trust an unknown key.
 * @param proxy the bastion; its key is the one of the settings
 */
export function knownHosts(cluster: DescribedCluster, proxy?: SshProxy): pulumi.Output<string> {
  const { own, machines } = hostsOf(cluster);
  const lines = own.map(([, { ipv4, ipv6, hostKey }]) =>
    pulumi.all([ipv4, ipv6, hostKey]).apply(([v4, v6, key]) => `${v4},${v6} ${key}\n`),
  );
  const nodes = machines.map(({ ipv4, ssh: { port, hostKey } }) =>
    ipv4.apply((host) => `${knownName({ host, port })} ${hostKey}\n`),
  );
  const bastion = proxy === undefined ? "" : `${knownName(proxy)} ${proxy.hostKey}\n`;
  return pulumi.all([...lines, ...nodes]).apply((known) => known.join("") + bastion);
}

/** The name by which ssh looks up a host. */
const knownName = ({ host, port }: Pick<SshProxy, "host" | "port">): string =>
  port === 22 ? host : `[${host}]:${port}`;

/** The monthly cost as text. */
export function monthlyCostOutput(cost: MonthlyCost | undefined): Record<string, unknown> {
  if (cost === undefined) return { net: "unknown: the API was not asked, or has no price" };
  const { currency, total, lines, includedTrafficTb, perTbMore } = cost;
  return {
    net: `${total.toFixed(2)} ${currency}`,
    of: lines.map(({ what, count, each }) => `${count} x ${what} ${each.toFixed(2)}`),
    traffic: `${includedTrafficTb} TB included, ${perTbMore.toFixed(2)} ${currency} for each TB more`,
  };
}

/**
 * How many participants fit: an estimate, not a measurement. jicofo counts a stress of 0.01 for each, and fills a bridge
 * to 0.8. Source: jicofo, reference.conf, `average-participant-stress` and `stress-threshold`. The load of the whole host
 * counts too, so the web host's own bridge takes fewer. That number was not measured.
 */
export function capacityEstimate({
  bridges,
  localBridge,
  recorders,
  localRecorder,
}: ClusterPlan): Record<string, string> {
  const isLocal = localBridge !== undefined;
  const capacityOf = (count: number): string => {
    if (count === 0) return "a few small meetings, on the web host's own bridge";
    const fit = count * participantsPerBridge;
    if (fit > limits.participantsOfWebHost) {
      return `about ${limits.participantsOfWebHost} participants in all meetings together: more is too much for the web host, with any number of bridges`;
    }
    const most = `about ${fit} participants in all meetings together`;
    return isLocal ? `${most}, and a few on the web host's own bridge` : most;
  };
  const others = bridges.length - 1 + (isLocal ? 1 : 0);
  const recordings = recorders.length + (localRecorder === undefined ? 0 : 1);
  return {
    estimate: capacityOf(bridges.length),
    withOneBridgeLost:
      others < 1
        ? "none: there is no other bridge"
        : `${capacityOf(bridges.length - 1)}; meetings on the lost bridge have to connect again`,
    source:
      "jicofo's own assumption of 80 participants per bridge (stress 0.01 each, threshold 0.8); fewer on the web host, because its other load counts; not measured on these server types",
    // Those on existing machines are not known here.
    ...(recordings === 0
      ? {}
      : { recordings: `${recordings} recordings or live streams at the same time` }),
  };
}

const participantsPerBridge = 80;

/** For the console of Pulumi Cloud, which replaces the names of outputs by their values. */
export function stackReadme(plan: ClusterPlan): string {
  return [
    `# Jitsi Meet at ${plan.webHost.hostname}`,
    `${describeHosts(plan)}: [\${outputs.url}](\${outputs.url}).`,
    "- change the number of bridges: `pulumi config set jvbCount N && pulumi up`",
    "- open a shell on a host: `pulumi stack output knownHosts >> ~/.ssh/known_hosts`, then a command of `pulumi stack output sshCommands`",
    "- settings: `docs/configuration.md`; errors: `docs/troubleshooting.md`",
  ].join("\n\n");
}

function describeHosts({ bridges, localBridge, recorders, localRecorder }: ClusterPlan): string {
  const own = [
    ...(localBridge === undefined ? [] : ["a bridge"]),
    ...(localRecorder === undefined ? [] : ["a recorder"]),
  ].join(" and ");
  const web = `One web host${own === "" ? "" : ` with ${own} of its own`}`;
  const others = [...counted(bridges.length, "bridge"), ...counted(recorders.length, "recorder")];
  const last = others.at(-1);
  if (last === undefined) return web;
  return `${[web, ...others.slice(0, -1)].join(", ")} and ${last}`;
}

const counted = (count: number, noun: string): string[] =>
  count === 0 ? [] : [`${count} ${noun}${count === 1 ? "" : "s"}`];

/** The records to create if no zone is managed: those of the web host. Clients find bridges by address. */
export function recordsToCreate(
  { webHost }: DescribedCluster,
  names: Parameters<typeof webNames>[0],
): RecordToCreate[] {
  return webNames(names).flatMap((name): RecordToCreate[] => [
    { name, type: "A", value: webHost.ipv4 },
    { name, type: "AAAA", value: webHost.ipv6 },
  ]);
}

/** The same records for the console: they are needed while `up` still runs, and outputs are shown at its end. */
export function recordLines(records: readonly RecordToCreate[]): pulumi.Output<string> {
  const lines = records.map(
    ({ name, type, value }) => pulumi.interpolate`  ${name} ${type} ${value}`,
  );
  return pulumi
    .all(lines)
    .apply((all) =>
      ["DNS records of the web host, to create if they are missing:", ...all].join("\n"),
    );
}
