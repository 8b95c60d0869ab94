import * as pulumi from "@pulumi/pulumi";
import { limits, type Location, type Role } from "../constants";
import type { DeclaredBridge } from "../remote/script";
import { Acceptance } from "./acceptance";
import type { Bridge } from "./bridge";
import { planBridges } from "./bridgePlan";
import { BridgePool } from "./bridgePool";
import { DeploymentKey } from "./deploymentKey";
import { DrainPolicy } from "./drainPolicy";
import { Firewalls } from "./firewalls";
import type { HostSettings } from "./host";
import { labels, type Labels } from "./labels";
import { Network } from "./network";
import { PlacementGroups } from "./placementGroups";
import type { SshProxy } from "../sshProxySetting";
import { proxyConnection } from "./remoteStep";
import { Secrets } from "./secrets";
import { Component } from "./component";
import { WebHost } from "./webHost";

export interface JitsiClusterArgs {
  /** Where people meet: meet.example.org. */
  domain: string;
  /** Number of bridges, 1 to `limits.bridges`. Plain, because it decides how many resources there are. */
  jvbCount: number;
  /** Server types to order for new hosts. */
  webServerType: string;
  jvbServerType: string;
  /** Hetzner location of new hosts. */
  location: Location;
  /** System image of new hosts, by name. */
  image: string;
  /** Public keys of the people who may log in to all hosts as root, authorized_keys lines. */
  sshAuthorizedKeys: readonly string[];
  /** The zone at Hetzner DNS that holds the domain; absent where the records are made elsewhere. */
  dnsZone?: string;
  /** Who reaches port 22 of the hosts, as address ranges. */
  adminCidrs: readonly string[];
  /** Labels of all objects, beside the program's own. */
  labels: Labels;
  /** Whether Hetzner refuses to delete the web host and its addresses. */
  deleteProtection: boolean;
  /** The bastion through which the hosts are reached; absent where they are reached directly. */
  sshProxy?: SshProxy;
  /** The private key for the bastion; absent or empty where an SSH agent has it. Secret. */
  sshProxyPrivateKey?: pulumi.Input<string>;
}

/** A Jitsi Meet cluster: one web host and as many bridges as asked for, which have found each other. */
export class JitsiCluster extends Component {
  readonly webHost: WebHost;
  readonly bridges: readonly Bridge[];
  readonly deploymentKey: DeploymentKey;

  constructor(name: string, args: JitsiClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("JitsiCluster", name, opts);
    const stack = pulumi.getStack();
    const extra = args.labels;
    const labelsOf = (role: Role, index?: number) => labels({ stack, role, index, extra });
    const shared = labels({ stack, extra });
    const child = { parent: this };

    const network = new Network(
      `${name}-network`,
      { location: args.location, labels: shared },
      child,
    );
    const firewalls = new Firewalls(
      `${name}-firewall`,
      { labels: labelsOf, adminCidrs: args.adminCidrs },
      child,
    );
    const secrets = new Secrets(`${name}-secret`, child);
    this.deploymentKey = new DeploymentKey(`${name}-key`, { labels: shared }, child);
    const settings: HostSettings = {
      domain: args.domain,
      location: args.location,
      image: args.image,
      authorizedKeys: args.sshAuthorizedKeys,
      sshKeyId: this.deploymentKey.sshKeyId,
      privateKey: this.deploymentKey.privateKey,
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
        jvbSecret: secrets.jvbSecret,
        dnsZone: args.dnsZone,
        deleteProtection: args.deleteProtection,
      },
      child,
    );
    const placementGroups = new PlacementGroups(
      `${name}-placement`,
      { bridgeCount: args.jvbCount, labels: labelsOf("jvb") },
      child,
    );
    this.bridges = new BridgePool(
      `${name}-jvb`,
      {
        plan: planBridges(args.jvbCount, args.domain),
        settings: {
          host: settings,
          serverType: args.jvbServerType,
          firewallId: firewalls.ids.jvb,
          subnetId: network.bridgeSubnetId,
          jvbSecret: secrets.jvbSecret,
          web: this.webHost,
          dnsZone: args.dnsZone,
        },
        labels: (index) => labelsOf("jvb", index),
        placementGroupIds: placementGroups.ids,
      },
      child,
    ).bridges;
    this.makeEnd(name, args.domain);
    this.registerOutputs({});
  }

  /** What comes after all hosts: the drains' policy, and the proof that the cluster works. */
  private makeEnd(name: string, domain: string): void {
    const { connection, ready, configured } = this.webHost;
    const bridges: pulumi.Output<DeclaredBridge[]> = pulumi.output(
      this.bridges.map(({ displayName, nickname }) => ({ name: displayName, nickname })),
    );
    new DrainPolicy(
      `${name}-policy`,
      { connection, bridges, drainTimeoutSeconds: limits.drainTimeoutSeconds },
      { parent: this, dependsOn: ready },
    );
    new Acceptance(
      `${name}-acceptance`,
      { connection, domain, bridges },
      {
        parent: this,
        dependsOn: [...configured, ...this.bridges.map(({ inService }) => inService)],
      },
    );
  }
}
