import * as pulumi from "@pulumi/pulumi";
import { isBridgeNode, isRecorderNode } from "../lib/config/existingNode";
import type { BridgeChoice } from "../lib/config/keys/bridges";
import { bridgeProgramKeys } from "../lib/config/keys/programs";
import type { RecorderChoice } from "../lib/config/keys/recorders";
import { pickValues } from "../lib/config/setting";
import type { Settings } from "../lib/config/settings";
import type { ClusterPlan } from "../lib/plan/clusterPlan";
import { nodeKey } from "../lib/nodeNames";
import { nodeRanges } from "../lib/plan/firewallRules";
import { labels, type LabelsOf } from "../lib/plan/labels";
import { memoryOfTypes } from "../lib/plan/serverTypes";
import type { BridgeWithSettings, DeclaredBridge } from "../remote/program/contract";
import { Acceptance } from "./acceptance";
import type { Bridge, SharedBridgeArgs } from "./bridge";
import { BridgePool } from "./bridgePool";
import { Certificate } from "./certificate";
import { Component } from "./component";
import { DeploymentKey } from "./deploymentKey";
import { DrainPolicy } from "./drainPolicy";
import { Firewalls } from "./firewalls";
import type { SharedHostArgs } from "./host";
import { LocalBridge } from "./localBridge";
import { NodeBridge } from "./nodeBridge";
import { Network } from "./network";
import { PlacementGroups } from "./placementGroups";
import { makeRecorders, type Recorders } from "./recorders";
import { proxyConnection } from "./connection";
import { RollingRestart } from "./rollingRestart";
import type { Videobridge } from "./videobridge";
import { WebHost } from "./webHost";

/** The settings, the plan that follows from them, and server types that can be ordered. */
export interface JitsiClusterArgs extends Omit<
  Settings,
  | keyof BridgeChoice
  | Exclude<keyof RecorderChoice, "recordingDrainTimeoutSeconds" | "jibriSecretVersion">
  | "sshProxyPrivateKey"
  | "tlsCertificate"
  | "tlsKey"
> {
  plan: ClusterPlan;
  /** For new recorders: the server type to order. */
  jibriServerType: string;
  /** The private key for the bastion; absent or empty if an SSH agent has it. Secret. */
  sshProxyPrivateKey?: pulumi.Input<string>;
  /** With `tls: own`: certificate and issuers, PEM. */
  tlsCertificate?: pulumi.Input<string>;
  /** With `tls: own`: its key, PEM. Secret. */
  tlsKey?: pulumi.Input<string>;
  /** The text of acmeCaFile, PEM. */
  acmeAuthority?: string;
  /** Memory of server types in GB, by name; by default what the program knows itself. */
  memoryGb?: Readonly<Record<string, number>>;
}

/**
 * A Jitsi Meet cluster: one web host, and as many bridges as the plan has, all connected. Without any, the web host runs
 * a bridge of its own.
 */
export class JitsiCluster extends Component {
  readonly webHost: WebHost;
  /** Bridges with a host of their own. */
  readonly bridges: readonly Bridge[];
  /** The bridge on the web host; absent if it has none. */
  readonly localBridge?: LocalBridge;
  /** The bridges on existing machines. */
  readonly nodes: readonly NodeBridge[];
  readonly recorders: Recorders;
  readonly deploymentKey: DeploymentKey;

  constructor(name: string, args: JitsiClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("JitsiCluster", name, opts);
    const { plan, location, adminCidrs, dnsZone } = args;
    const child = { parent: this };
    const labelsOf = clusterLabels(args);
    const network = new Network(`${name}-network`, { location, labels: labelsOf() }, child);
    const firewalls = new Firewalls(
      `${name}-firewall`,
      {
        labels: labelsOf,
        adminCidrs,
        webMedia: plan.webMedia,
        turn: args.turn,
        nodes: nodeRanges(args.existingNodes),
        recorders: plan.recorders.length > 0,
      },
      child,
    );
    this.deploymentKey = new DeploymentKey(`${name}-key`, { labels: labelsOf() }, child);
    const host = sharedHostArgs(args, this.deploymentKey);
    this.webHost = new WebHost(
      `${name}-web`,
      {
        ...host,
        serverType: args.webServerType,
        labels: labelsOf("web"),
        firewallId: firewalls.ids.web,
        subnetId: network.webSubnetId,
        jvbSecretVersion: args.jvbSecretVersion,
        dnsZone,
        aliases: args.aliases,
        dnsTimeoutSeconds: args.dnsTimeoutSeconds,
        dnsResolver: args.dnsResolver,
        protect: args.protect,
        turn: args.turn,
        jicofoHeapMb: args.jicofoHeapMb,
        publishedKey: args.publishDeployKey ? this.deploymentKey.publicKey : undefined,
      },
      child,
    );
    const groups = new PlacementGroups(
      `${name}-placement`,
      {
        count: plan.placementGroups,
        labels: labelsOf("jvb"),
        recorders: { count: plan.recorderPlacementGroups, labels: labelsOf("jibri") },
      },
      child,
    );
    this.bridges = this.makeBridges(name, plan, labelsOf, groups, {
      host,
      serverType: args.jvbServerType,
      firewallId: firewalls.ids.jvb,
      subnetId: network.bridgeSubnetId,
      web: this.webHost,
      dnsZone,
      program: pickValues(bridgeProgramKeys, args),
    });
    this.localBridge = this.makeLocalBridge(name, args);
    this.nodes = this.makeNodes(name, args, host);
    this.recorders = makeRecorders(
      name,
      {
        ...args,
        host,
        labels: labelsOf,
        firewallId: firewalls.ids.jibri,
        placementGroupIds: groups.recorderIds,
        subnetId: network.bridgeSubnetId,
        web: this.webHost,
        nodes: args.existingNodes.filter(isRecorderNode),
      },
      this,
    );
    const accepted = this.acceptCluster(name, args);
    this.makeCertificate(name, args, accepted);
    this.registerOutputs({});
  }

  private makeBridges(
    name: string,
    { bridges: plan }: ClusterPlan,
    labelsOf: LabelsOf,
    { ids: placementGroupIds }: PlacementGroups,
    shared: SharedBridgeArgs,
  ): readonly Bridge[] {
    const labelsOfBridge = (index: number) => labelsOf("jvb", index);
    return new BridgePool(
      `${name}-jvb`,
      { ...shared, plan, labels: labelsOfBridge, placementGroupIds },
      { parent: this },
    ).bridges;
  }

  private makeLocalBridge(name: string, args: JitsiClusterArgs): LocalBridge | undefined {
    const { plan, domain } = args;
    if (plan.localBridge === undefined) return undefined;
    const program = pickValues(bridgeProgramKeys, args);
    return new LocalBridge(
      `${name}-local`,
      { plan: plan.localBridge, domain, web: this.webHost, program },
      { parent: this },
    );
  }

  /** Side by side, and each independent of all others, so that their number touches none of them. */
  private makeNodes(
    name: string,
    { existingNodes, domain, ...args }: JitsiClusterArgs,
    { privateKey, proxy, software }: SharedHostArgs,
  ): readonly NodeBridge[] {
    const program = pickValues(bridgeProgramKeys, args);
    return existingNodes.filter(isBridgeNode).map(
      (node) =>
        new NodeBridge(
          `${name}-${nodeKey(node.name)}`,
          {
            node,
            domain,
            web: this.webHost,
            privateKey,
            proxy,
            software,
            program,
            hostParent: this,
          },
          { parent: this },
        ),
    );
  }

  /** After all hosts: the drains' policy, the rolling restart, and the acceptance of the cluster. */
  private acceptCluster(
    name: string,
    { domain, drainTimeoutSeconds, recordingDrainTimeoutSeconds, forceDrain }: JitsiClusterArgs,
  ): Acceptance {
    const { connection, ready, jicofo, configured, bridgeVersion } = this.webHost;
    const all: readonly Videobridge[] = [
      ...this.bridges,
      this.localBridge ?? [],
      ...this.nodes,
    ].flat();
    const bridges: pulumi.Output<DeclaredBridge[]> = pulumi.output(
      all.map(({ displayName, nickname, draining }) => ({
        name: displayName,
        nickname,
        draining,
      })),
    );
    const media = pulumi.output(
      all.map(({ nickname, ipv4, ipv6 }) => ({
        nickname,
        addresses: pulumi.all([ipv4, ipv6]).apply((both) => both.filter((one) => one !== "")),
      })),
    );
    const recorders = pulumi.output(this.recorders.all.map(({ declared }) => declared));
    const { written } = new DrainPolicy(
      `${name}-policy`,
      {
        connection,
        bridges,
        media,
        recorders,
        drainTimeoutSeconds,
        recordingDrainTimeoutSeconds,
        forceDrain,
      },
      { parent: this, dependsOn: ready },
    );
    const restarting: pulumi.Output<BridgeWithSettings[]> = pulumi.output(
      all.map((bridge) => bridge.restarting),
    );
    // Without jicofo no participant is moved to another bridge.
    const { done } = new RollingRestart(
      `${name}-restart`,
      { connection, bridges: restarting, bridgeVersion },
      { parent: this, dependsOn: [jicofo, written, ...all.map(({ drain }) => drain)] },
    );
    return new Acceptance(
      `${name}-acceptance`,
      { connection, domain, bridges, recorders },
      {
        parent: this,
        dependsOn: [...configured, done, ...this.recorders.all.map(({ serve }) => serve)],
      },
    );
  }

  /** After the acceptance, because meetings work with any certificate. */
  private makeCertificate(name: string, args: JitsiClusterArgs, accepted: Acceptance): void {
    const { names, waited } = this.webHost.names;
    // Two of them keep a copy. Not of all bridges: the state would hold a list of them.
    const copyPlaces = this.bridges.slice(0, copyPlaceCount).map(({ nickname, privateIp }) => ({
      nickname,
      address: privateIp,
    }));
    new Certificate(
      `${name}-certificate`,
      { ...args, names, copyPlaces, connection: this.webHost.connection },
      { parent: this, dependsOn: [accepted, waited] },
    );
  }
}

/** One more than keep a copy, because one may be out of order. */
const copyPlaceCount = 3;

function clusterLabels({ domain, labels: extra }: JitsiClusterArgs): LabelsOf {
  const stack = pulumi.getStack();
  return (role, index) => labels({ stack, domain, role, index, extra });
}

function sharedHostArgs(args: JitsiClusterArgs, key: DeploymentKey): SharedHostArgs {
  return {
    domain: args.domain,
    location: args.location,
    image: args.image,
    authorizedKeys: args.sshAuthorizedKeys,
    sshKeyId: key.sshKeyId,
    privateKey: key.stepKey,
    timezone: args.timezone,
    software: args,
    memoryGb: args.memoryGb ?? memoryOfTypes(),
    proxy: args.sshProxy && proxyConnection(args.sshProxy, args.sshProxyPrivateKey),
  };
}
