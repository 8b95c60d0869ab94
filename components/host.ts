import type * as command from "@pulumi/command";
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { hostConf, installer, renderUserData } from "../cloud-init/userData";
import { privateNetwork, type Role } from "../lib/constants";
import { hostFilter } from "../remote/hostFilter";
import { hardenValues, hostFile, systemValues } from "../remote/hostFile";
import type { Software } from "../lib/config/keys/software";
import type { Labels } from "../lib/plan/labels";
import { numericId } from "./numericId";
import {
  connectionTo,
  firstConnectionTo,
  publicOutput,
  remoteStep,
  type Connection,
  type ProxyConnection,
} from "./remoteStep";
import { secretSeed } from "./secretSeed";
import { ecdsaKeyPair } from "../lib/sshKeyPair";
import { Component } from "./component";

/** What is the same for all hosts of a cluster. */
export interface HostSettings {
  /** The meeting domain. */
  domain: string;
  /** For new servers: location and system image by name. */
  location: string;
  image: string;
  /** Public keys of the people who may log in, authorized_keys lines. */
  authorizedKeys: readonly string[];
  /** The deployment key: its id at Hetzner and its private half. */
  sshKeyId: pulumi.Input<string>;
  privateKey: pulumi.Input<string>;
  /** The bastion on the way to all hosts; by default they are reached directly. */
  proxy?: ProxyConnection;
  /** Memory of server types in GB, by name. */
  memoryGb: Readonly<Record<string, number>>;
  /** Name of the time zone. */
  timezone: string;
  /** Where Jitsi's packages come from, and which. */
  software: Software;
}

export interface HostArgs {
  role: Role;
  /** The host's full name. */
  hostname: string;
  settings: HostSettings;
  /** For new servers: the type to order. */
  serverType: string;
  labels: Labels;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  /** The address in the subnet; by default the cloud chooses one. */
  privateIp?: string;
  /** Id of the placement group of a new server; by default none. */
  placementGroupId?: pulumi.Input<number>;
  /** Ids of addresses that outlive the server; by default it gets addresses of its own. */
  primaryIps?: { ipv4: pulumi.Input<number>; ipv6: pulumi.Input<number> };
  /** Whether the cloud refuses to delete or rebuild the server; by default it does not. */
  protect?: boolean;
  /** Replaces the server where it differs from what a new one gets; by default it stays as it is. */
  roll?: HostRoll;
}

export interface HostRoll {
  /** What has to be done before another server is ordered; by default nothing. */
  after?: pulumi.Resource;
}

/**
 * Each of these would power off or replace a running host. New hosts get the new values; running ones
 * change by an explicit replacement (`roll`).
 */
const forNewServersOnly = [
  "serverType",
  "image",
  "userData",
  "sshKeys",
  "placementGroupId",
  "location",
];

/**
 * A server that is reachable over SSH, known by a host key that nobody else has, with its packages installed.
 *
 * First contact without trust on first use: user data brings a host key of another type (ECDSA), pinned by
 * the first step, which makes the host's own ed25519 key; all later steps are pinned to that, and the
 * second one removes the first key. A break at any moment leaves one of the two usable.
 */
export class Host extends Component {
  readonly server: hcloud.Server;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  /** In the private network; the last action on the server that the cloud is asked for when it is made. */
  readonly attachment: hcloud.ServerNetwork;
  /** Address in the private network. */
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  /** Memory in GB of the server that is there, whatever type new ones get; absent where its type is not known. */
  readonly memoryGb: pulumi.Output<number | undefined>;
  /** For all steps after the first contact. */
  readonly connection: Connection;
  /** What a step on this host has to wait for: packages are installed, the private network is there and filtered. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Host", name, opts);
    const bootstrapKey = secretSeed(`${name}-bootstrap-seed`, 40, { parent: this }).apply(
      ecdsaKeyPair,
    );
    this.server = this.makeServer(name, args, bootstrapKey);
    this.ipv4 = this.server.ipv4Address;
    this.ipv6 = this.server.ipv6Address;
    this.memoryGb = this.server.serverType.apply((type) => args.settings.memoryGb[type]);
    this.attachment = new hcloud.ServerNetwork(
      `${name}-network`,
      { serverId: numericId(this.server), subnetId: args.subnetId, ip: args.privateIp },
      { parent: this },
    );
    this.privateIp = this.attachment.ip;
    const hostKey = this.makeHostKey(name, args.settings, bootstrapKey.publicKey);
    this.hostKey = publicOutput(hostKey);
    this.connection = connectionTo({
      host: this.ipv4,
      hostKey: this.hostKey,
      privateKey: args.settings.privateKey,
      proxy: args.settings.proxy,
    });
    const ready = remoteStep(
      `${name}-ready`,
      {
        connection: this.connection,
        script: "host/ready",
        values: {
          HOST_CONF: hostConf({ role: args.role, ...args.settings }),
          INSTALLER: installer(),
          PRIVATE_IP: this.privateIp,
          PRIVATE_GATEWAY: privateNetwork.gateway,
          SSHD_CONF: hostFile("SSHD_CONF"),
        },
      },
      { parent: this },
    );
    remoteStep(
      `${name}-authorized-keys`,
      {
        connection: this.connection,
        script: "host/authorizedKeys",
        values: { KEYS: args.settings.authorizedKeys.join("\n") },
      },
      { parent: this, dependsOn: ready },
    );
    const harden = remoteStep(
      `${name}-harden`,
      {
        connection: this.connection,
        script: "host/harden",
        values: hardenValues(hostFilter(args.role)),
      },
      { parent: this, dependsOn: ready },
    );
    remoteStep(
      `${name}-system`,
      {
        connection: this.connection,
        script: "host/system",
        values: systemValues(args.settings.timezone),
      },
      { parent: this, dependsOn: ready },
    );
    this.ready = [harden, this.attachment];
    this.registerOutputs({ ipv4: this.ipv4, ipv6: this.ipv6, privateIp: this.privateIp });
  }

  private makeServer(
    name: string,
    args: HostArgs,
    bootstrapKey: pulumi.Output<{ privateKey: string; publicKey: string }>,
  ): hcloud.Server {
    const { role, hostname, settings, primaryIps } = args;
    const userData = bootstrapKey.apply((key) =>
      renderUserData({
        role,
        hostname,
        domain: settings.domain,
        software: settings.software,
        bootstrapKey: key,
      }),
    );
    // No name: with an automatic one a replacement is made beside the old server, not after its end.
    return new hcloud.Server(
      name,
      {
        serverType: args.serverType,
        image: settings.image,
        location: settings.location,
        userData,
        sshKeys: [settings.sshKeyId],
        firewallIds: [args.firewallId],
        placementGroupId: args.placementGroupId,
        labels: args.labels,
        // Hetzner protects from both or from neither.
        deleteProtection: args.protect,
        rebuildProtection: args.protect,
        publicNets: primaryIps && [{ ...primaryIps, ipv4Enabled: true, ipv6Enabled: true }],
      },
      {
        parent: this,
        ...(args.roll === undefined
          ? { ignoreChanges: forNewServersOnly }
          : { replaceOnChanges: forNewServersOnly, dependsOn: args.roll.after }),
        // The engine refuses before it deletes anything, and says how; Hetzner refuses when the bridges are gone.
        protect: args.protect,
        // Two servers cannot hold one primary IP, nor one address in the private network.
        deleteBeforeReplace: primaryIps !== undefined || args.privateIp !== undefined,
      },
    );
  }

  /** Runs once in a server's life: the key it is pinned to is gone afterwards. */
  private makeHostKey(
    name: string,
    settings: HostSettings,
    bootstrapPublicKey: pulumi.Output<string>,
  ): command.remote.Command {
    return remoteStep(
      `${name}-host-key`,
      {
        connection: firstConnectionTo({
          host: this.ipv4,
          hostKey: pulumi.unsecret(bootstrapPublicKey),
          privateKey: settings.privateKey,
          proxy: settings.proxy,
        }),
        script: "host/hostKey",
        values: {},
        triggers: [this.server.id],
      },
      {
        parent: this,
        ignoreChanges: ["create", "stdin", "connection", "logging", "addPreviousOutputInEnv"],
      },
    );
  }
}
