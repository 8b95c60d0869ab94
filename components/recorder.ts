import * as pulumi from "@pulumi/pulumi";
import type { RecordingTarget } from "../lib/config/keys/recordings";
import type { RecorderPlan } from "../lib/plan/clusterPlan";
import type { Labels } from "../lib/plan/labels";
import { recorderNickname } from "../lib/recorderNames";
import { seedTextLength } from "../lib/sshKeyPair";
import { dnsOfServer } from "./dns";
import { Host, type SharedHostArgs } from "./host";
import type { RecorderAccounts } from "./recorderAccounts";
import { RecorderProgram, type RecorderWebHost } from "./recorderProgram";

/** What is the same for all recorders. None of it depends on how many there are. */
export interface SharedRecorderArgs {
  host: SharedHostArgs;
  /** For new servers: the type to order. */
  serverType: string;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  web: RecorderWebHost;
  accounts: RecorderAccounts;
  /** The zone at Hetzner DNS that contains the domain; absent if the records are made elsewhere. */
  dnsZone?: string;
  /** Where the files go. */
  target: RecordingTarget;
}

export interface RecorderArgs extends SharedRecorderArgs {
  plan: RecorderPlan;
  labels: Labels;
  placementGroupId: pulumi.Input<number>;
  /**
   * The parent of its host and of its seed: the component that stays when the recorder goes. The engine deletes level by
   * level, counted from those that depend on nothing that goes too, and a parent counts. With this parent, the drain is on
   * the level of a bridge's server: no delete of a bridge waits for the end of a recording.
   */
  hostParent: pulumi.Resource;
}

/** A recorder with a host of its own. */
export class Recorder extends RecorderProgram {
  readonly nickname: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  readonly serve: pulumi.Resource;

  constructor(name: string, args: RecorderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Recorder", name, args.plan, opts);
    const host = this.makeHost(name, args);
    const { ipv4, ipv6, privateIp, server } = host;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
    this.privateIp = privateIp;
    this.address = privateIp;
    this.hostKey = host.hostKey;
    this.nickname = server.id.apply(recorderNickname);
    dnsOfServer(
      name,
      host,
      { hostname: args.plan.hostname, zone: args.dnsZone, labels: args.labels },
      this,
    );
    this.serve = this.putIntoService(
      {
        connection: host.connection,
        address: privateIp,
        domain: args.host.domain,
        web: args.web,
        accounts: args.accounts,
        target: args.target,
      },
      { after: [host.ready], reach: [host.attachment], triggers: [server.id] },
    );
    this.registerOutputs({ nickname: this.nickname, ipv4, ipv6, privateIp });
  }

  private makeHost(name: string, { plan, hostParent, ...args }: RecorderArgs): Host {
    return new Host(
      name,
      {
        ...args.host,
        role: "jibri",
        hostname: plan.hostname,
        serverType: args.serverType,
        labels: args.labels,
        firewallId: args.firewallId,
        subnetId: args.subnetId,
        placementGroupId: args.placementGroupId,
        bootstrapSeed: this.randomText(`${name}-bootstrap-seed`, seedTextLength, hostParent),
      },
      { parent: hostParent },
    );
  }
}
