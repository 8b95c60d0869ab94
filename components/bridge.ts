import * as pulumi from "@pulumi/pulumi";
import { bridgeNickname } from "../lib/plan/bridgeNames";
import type { BridgePlan } from "../lib/plan/clusterPlan";
import {
  drainStep,
  filesStep,
  turnSteps,
  type BridgeProgram,
  type WebHostAccess,
} from "./bridgeSteps";
import { Dns } from "./dns";
import { bridgeHeapMb } from "../lib/plan/heaps";
import { Host, type HostRoll, type HostSettings } from "./host";
import type { Labels } from "../lib/plan/labels";
import { numericId } from "./numericId";
import { Component } from "./component";

/** What is the same for all bridges. None of it follows from how many there are. */
export interface BridgeSettings {
  host: HostSettings;
  /** For new servers: the type to order. */
  serverType: string;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  web: WebHostAccess;
  /** The zone at Hetzner DNS that holds the domain; absent where the records are made elsewhere. */
  dnsZone?: string;
  /** Largest heap of the bridge in MB; by default it follows from the host's memory. */
  heapMb?: number;
}

export interface BridgeArgs {
  plan: BridgePlan;
  settings: BridgeSettings;
  labels: Labels;
  placementGroupId: pulumi.Input<number>;
  /** The bridge whose settings take effect before this one's; absent for the first. */
  previous?: Bridge;
  /** Replaces its server where it differs from what a new one gets; by default it stays as it is. */
  roll?: HostRoll;
}

/** A videobridge: its host, its names, its settings, and its way out of the cluster. */
export class Bridge extends Component {
  /** For people: jvb-0. */
  readonly displayName: string;
  /** MUC_NICKNAME and relay id. */
  readonly nickname: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  /** The step that has put it into service, and whose delete is its drain. */
  readonly drain: pulumi.Resource;
  /** The step after which it is in service with its settings. */
  readonly settled: pulumi.Resource;
  /** Whether it stays, but takes nobody. */
  readonly draining: boolean;

  private readonly host: Host;

  constructor(name: string, args: BridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Bridge", name, opts);
    const { plan, settings, labels } = args;
    this.displayName = plan.name;
    this.draining = plan.draining;
    this.host = new Host(
      name,
      {
        role: "jvb",
        hostname: plan.hostname,
        settings: settings.host,
        serverType: settings.serverType,
        labels,
        firewallId: settings.firewallId,
        subnetId: settings.subnetId,
        placementGroupId: args.placementGroupId,
        roll: args.roll,
      },
      { parent: this },
    );
    const { ipv4, ipv6, privateIp, server } = this.host;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.privateIp = privateIp;
    this.hostKey = this.host.hostKey;
    this.nickname = server.id.apply(bridgeNickname);
    const owner = { serverId: numericId(server) };
    const names = new Dns(
      `${name}-dns`,
      {
        hostname: plan.hostname,
        ipv4: { address: ipv4, owner },
        ipv6: { address: ipv6, owner },
        zone: settings.dnsZone,
        labels,
        reverseAfter: this.host.attachment,
      },
      { parent: this },
    );
    const { web } = settings;
    const program: BridgeProgram = {
      displayName: this.displayName,
      nickname: this.nickname,
      connection: this.host.connection,
      restAddress: privateIp,
      domain: settings.host.domain,
      web,
      heapMb: this.host.memoryGb.apply((memoryGb) =>
        bridgeHeapMb({ memoryGb, askedMb: settings.heapMb }),
      ),
      draining: plan.draining,
    };
    const triggers = [server.id];
    const { files, hashes } = filesStep(name, program, {
      parent: this,
      dependsOn: [...this.host.ready, web.account.ready],
    });
    this.drain = drainStep(name, program, { parent: this, dependsOn: [files, names], triggers });
    this.settled = turnSteps(name, program, hashes, {
      parent: this,
      dependsOn: this.drain,
      triggers,
      previous: args.previous?.settled,
    });
    this.registerOutputs({ nickname: this.nickname, ipv4, ipv6, privateIp });
  }
}
