import * as pulumi from "@pulumi/pulumi";
import type { BridgeChoice } from "../lib/config/keys/bridges";
import type { Settings } from "../lib/config/settings";
import type { Role } from "../lib/constants";
import type { DeclaredBridge } from "../remote/script";
import { Acceptance } from "./acceptance";
import type { Bridge } from "./bridge";
import type { ClusterPlan } from "../lib/plan/clusterPlan";
import { BridgePool } from "./bridgePool";
import { DeploymentKey } from "./deploymentKey";
import { DrainPolicy } from "./drainPolicy";
import { Firewalls } from "./firewalls";
import type { HostSettings } from "./host";
import { labels } from "../lib/plan/labels";
import { LocalBridge } from "./localBridge";
import { Network } from "./network";
import { PlacementGroups } from "./placementGroups";
import { proxyConnection } from "./remoteStep";
import { memoryOfTypes } from "../lib/plan/serverTypes";
import { Component } from "./component";
import { WebHost } from "./webHost";

/** The settings, the plan that follows from them, and server types that can be ordered. */
export interface JitsiClusterArgs extends Omit<
  Settings,
  keyof BridgeChoice | "sshProxyPrivateKey"
> {
  plan: ClusterPlan;
  /** The private key for the bastion; absent or empty where an SSH agent has it. Secret. */
  sshProxyPrivateKey?: pulumi.Input<string>;
  /** Memory of server types in GB, by name; by default what the program knows itself. */
  memoryGb?: Readonly<Record<string, number>>;
}

/**
 * A Jitsi Meet cluster: one web host and as many bridges as asked for, which have found each other. Without
 * any, the web host has one of its own.
 */
export class JitsiCluster extends Component {
  readonly webHost: WebHost;
  /** Those on hosts of their own. */
  readonly bridges: readonly Bridge[];
  /** The one on the web host, where there is one. */
  readonly localBridge?: LocalBridge;
  readonly deploymentKey: DeploymentKey;

  constructor(name: string, args: JitsiClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("JitsiCluster", name, opts);
    const stack = pulumi.getStack();
    const common = { stack, domain: args.domain, extra: args.labels };
    const labelsOf = (role: Role, index?: number) => labels({ ...common, role, index });
    const shared = labels(common);
    const child = { parent: this };

    const network = new Network(
      `${name}-network`,
      { location: args.location, labels: shared },
      child,
    );
    const firewalls = new Firewalls(
      `${name}-firewall`,
      {
        labels: labelsOf,
        adminCidrs: args.adminCidrs,
        webMedia: args.plan.webMedia,
      },
      child,
    );
    this.deploymentKey = new DeploymentKey(`${name}-key`, { labels: shared }, child);
    const settings: HostSettings = {
      domain: args.domain,
      location: args.location,
      image: args.image,
      authorizedKeys: args.sshAuthorizedKeys,
      sshKeyId: this.deploymentKey.sshKeyId,
      privateKey: this.deploymentKey.privateKey,
      timezone: args.timezone,
      software: args,
      memoryGb: args.memoryGb ?? memoryOfTypes(),
      proxy: args.sshProxy && proxyConnection(args.sshProxy, args.sshProxyPrivateKey),
    };
    this.webHost = new WebHost(
      `${name}-web`,
      {
        settings,
        serverType: args.webServerType,
        labels: labelsOf("web"),
        firewallId: firewalls.ids.web,
        subnetId: network.webSubnetId,
        jvbSecretVersion: args.jvbSecretVersion,
        dnsZone: args.dnsZone,
        protect: args.protect,
        jicofoHeapMb: args.jicofoHeapMb,
      },
      child,
    );
    const placementGroups = new PlacementGroups(
      `${name}-placement`,
      { count: args.plan.placementGroups, labels: labelsOf("jvb") },
      child,
    );
    this.bridges = new BridgePool(
      `${name}-jvb`,
      {
        plan: args.plan.bridges,
        settings: {
          host: settings,
          serverType: args.jvbServerType,
          firewallId: firewalls.ids.jvb,
          subnetId: network.bridgeSubnetId,
          web: this.webHost,
          dnsZone: args.dnsZone,
          heapMb: args.bridgeHeapMb,
        },
        labels: (index) => labelsOf("jvb", index),
        placementGroupIds: placementGroups.ids,
      },
      child,
    ).bridges;
    if (args.plan.localBridge !== undefined) {
      this.localBridge = new LocalBridge(
        `${name}-local`,
        {
          plan: args.plan.localBridge,
          domain: args.domain,
          web: this.webHost,
          heapMb: args.bridgeHeapMb,
          previous: this.bridges.at(-1)?.settled,
        },
        child,
      );
    }
    this.makeEnd(name, args);
    this.registerOutputs({});
  }

  /** What comes after all hosts: the drains' policy, and the proof that the cluster works. */
  private makeEnd(
    name: string,
    { domain, drainTimeoutSeconds, forceDrain }: JitsiClusterArgs,
  ): void {
    const { connection, ready, configured } = this.webHost;
    const all = [...this.bridges, ...(this.localBridge === undefined ? [] : [this.localBridge])];
    const bridges: pulumi.Output<DeclaredBridge[]> = pulumi.output(
      all.map(({ displayName, nickname, draining }) => ({
        name: displayName,
        nickname,
        draining,
      })),
    );
    const { written } = new DrainPolicy(
      `${name}-policy`,
      { connection, bridges, drainTimeoutSeconds, forceDrain },
      { parent: this, dependsOn: ready },
    );
    new Acceptance(
      `${name}-acceptance`,
      { connection, domain, bridges },
      {
        parent: this,
        dependsOn: [
          ...configured,
          written,
          ...all.flatMap(({ drain, settled }) => [drain, settled]),
        ],
      },
    );
  }
}
