import * as pulumi from "@pulumi/pulumi";
import { bridgeNickname } from "../lib/bridgeNames";
import type { BridgeProgramSettings } from "../lib/config/keys/programs";
import type { BridgePlan } from "../lib/plan/clusterPlan";
import { bridgeHeapMb } from "../lib/plan/heaps";
import type { Labels } from "../lib/plan/labels";
import type { BridgeWithSettings } from "../remote/program/contract";
import { dnsOfServer } from "./dns";
import { Host, type HostRoll, type SharedHostArgs } from "./host";
import { Videobridge, type BridgeWebHost } from "./videobridge";

/** What is the same for all bridges. None of it depends on how many there are. */
export interface SharedBridgeArgs {
  host: SharedHostArgs;
  /** For new servers: the type to order. */
  serverType: string;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  web: BridgeWebHost;
  /** The zone at Hetzner DNS that contains the domain; absent if the records are made elsewhere. */
  dnsZone?: string;
  /** Settings of the bridge's program. Without a heap, it follows from the host's memory. */
  program: BridgeProgramSettings;
}

export interface BridgeArgs extends SharedBridgeArgs {
  plan: BridgePlan;
  labels: Labels;
  placementGroupId: pulumi.Input<number>;
  /** Replaces its server if it differs from a new one; by default it stays as it is. */
  roll?: HostRoll;
}

/** A videobridge with a host of its own. */
export class Bridge extends Videobridge {
  readonly nickname: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  readonly drain: pulumi.Resource;
  readonly restarting: pulumi.Output<BridgeWithSettings>;

  constructor(name: string, args: BridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Bridge", name, args.plan, opts);
    const { plan, web } = args;
    const host = new Host(
      name,
      {
        ...args.host,
        role: "jvb",
        hostname: plan.hostname,
        serverType: args.serverType,
        labels: args.labels,
        firewallId: args.firewallId,
        subnetId: args.subnetId,
        placementGroupId: args.placementGroupId,
        roll: args.roll,
      },
      { parent: this },
    );
    const { ipv4, ipv6, privateIp, server } = host;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.privateIp = privateIp;
    this.hostKey = host.hostKey;
    this.nickname = server.id.apply(bridgeNickname);
    const names = dnsOfServer(
      name,
      host,
      { hostname: plan.hostname, zone: args.dnsZone, labels: args.labels },
      this,
    );
    const { drain, restarting } = this.putIntoService(
      {
        connection: host.connection,
        restAddress: privateIp,
        domain: args.host.domain,
        web,
        settings: host.memoryGb.apply((memoryGb) => ({
          ...args.program,
          bridgeHeapMb: bridgeHeapMb({ memoryGb, askedMb: args.program.bridgeHeapMb }),
        })),
      },
      {
        filesAfter: [host.ready, web.account.ready],
        drainAfter: [names],
        triggers: [server.id],
      },
    );
    this.drain = drain;
    this.restarting = restarting;
    this.registerOutputs({ nickname: this.nickname, ipv4, ipv6, privateIp });
  }
}
