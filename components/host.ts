import type * as command from "@pulumi/command";
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { hostConf, renderUserData } from "../cloud-init/userData";
import type { Software } from "../lib/config/keys/software";
import { privateNetwork, type Role } from "../lib/constants";
import { numericId } from "../lib/hcloud/numericId";
import type { Labels } from "../lib/plan/labels";
import { ecdsaKeyPair, seedFrom, seedTextLength, type SshKeyPair } from "../lib/sshKeyPair";
import { hostFilter } from "../remote/hostFilter";
import { Component } from "./component";
import {
  type Connection,
  connectionTo,
  firstConnectionTo,
  type ProxyConnection,
} from "./connection";
import { contactStep, publicOutput, setupSteps } from "./remoteStep";

/** What is the same for all hosts of a cluster. */
export interface SharedHostArgs {
  /** The meeting domain. */
  domain: string;
  /** For new servers: location and system image by name. */
  location: pulumi.Input<string>;
  image: string;
  /** Public keys that may log in as root, authorized_keys lines. */
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

export interface HostArgs extends SharedHostArgs {
  role: Role;
  /** The host's full name. */
  hostname: string;
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
  /** Replaces the server if it differs from a new one; by default it stays as it is. */
  roll?: HostRoll;
  /** `seedTextLength` random letters and digits for the key of the first contact. Secret. By default it makes its own. */
  bootstrapSeed?: pulumi.Output<string>;
}

export interface HostRoll {
  /** What comes before another server is ordered; by default nothing. */
  after?: pulumi.Resource;
}

/**
 * A change of one of these would power off or replace a running host. New hosts get the new values. Running hosts keep
 * theirs, unless they are replaced on purpose (`roll`).
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
 * A server that is reachable over SSH, known by a host key that no other machine has, with its packages installed.
 *
 * The first contact needs no trust on first use. User data brings a host key of another type (ECDSA), to which the first
 * step is pinned. That step makes the host's own ed25519 key. All later steps are pinned to the new key, and the first
 * of them removes the ECDSA key. An interruption at any moment leaves one of the two keys usable.
 */
export class Host extends Component {
  readonly server: hcloud.Server;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  /** In the private network. It is the last action on a new server. */
  readonly attachment: hcloud.ServerNetwork;
  /** Address in the private network. */
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  /** Memory in GB of the existing server, whatever type new ones get; absent if its type is not known. */
  readonly memoryGb: pulumi.Output<number | undefined>;
  /** For all steps after the first contact. */
  readonly connection: Connection;
  /** The step before all others on this host: the program, the packages, and the private network with its filter. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Host", name, opts);
    const { privateKey, proxy } = args;
    const seed = args.bootstrapSeed ?? this.randomText(`${name}-bootstrap-seed`, seedTextLength);
    const bootstrapKey = seed.apply((text) => ecdsaKeyPair(seedFrom(text, 40)));
    this.server = this.makeServer(name, args, bootstrapKey);
    this.ipv4 = this.server.ipv4Address;
    this.ipv6 = this.server.ipv6Address;
    this.memoryGb = this.server.serverType.apply((type) => args.memoryGb[type]);
    this.attachment = new hcloud.ServerNetwork(
      `${name}-network`,
      { serverId: numericId(this.server), subnetId: args.subnetId, ip: args.privateIp },
      { parent: this },
    );
    this.privateIp = this.attachment.ip;
    const hostKey = this.makeHostKey(name, args, bootstrapKey.publicKey);
    this.hostKey = publicOutput(hostKey);
    this.connection = connectionTo({ host: this.ipv4, hostKey: this.hostKey, privateKey, proxy });
    this.ready = this.setUp(name, args);
    this.registerOutputs({ ipv4: this.ipv4, ipv6: this.ipv6, privateIp: this.privateIp });
  }

  private makeServer(
    name: string,
    args: HostArgs,
    bootstrapKey: pulumi.Output<SshKeyPair>,
  ): hcloud.Server {
    const { role, hostname, domain, software, primaryIps } = args;
    const userData = bootstrapKey.apply((key) =>
      renderUserData({ role, hostname, domain, software, bootstrapKey: key }),
    );
    // No name: with an automatic one a replacement is created beside the old server, not after its end.
    return new hcloud.Server(
      name,
      {
        serverType: args.serverType,
        image: args.image,
        location: args.location,
        userData,
        sshKeys: [args.sshKeyId],
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
        // The engine refuses before it deletes anything, and says how. Hetzner would refuse after the bridges are gone.
        protect: args.protect,
        // Two servers cannot have the same primary IP, nor the same address in the private network.
        deleteBeforeReplace: primaryIps !== undefined || args.privateIp !== undefined,
      },
    );
  }

  /** Runs once in a server's life: the key that it is pinned to is gone afterwards. */
  private makeHostKey(
    name: string,
    { privateKey, proxy }: HostArgs,
    bootstrapPublicKey: pulumi.Output<string>,
  ): command.remote.Command {
    const hostKey = pulumi.unsecret(bootstrapPublicKey);
    return contactStep(
      `${name}-host-key`,
      {
        connection: firstConnectionTo({ host: this.ipv4, hostKey, privateKey, proxy }),
        script: "host/hostKey",
        triggers: [this.server.id],
      },
      { parent: this },
    );
  }

  /**
   * Brings the program, waits for the packages, and configures what is the same on all hosts.
   *
   * @returns the step after which verbs can run
   */
  private setUp(name: string, args: HostArgs): pulumi.Resource {
    return setupSteps(
      name,
      {
        connection: this.connection,
        serverId: this.server.id,
        values: {
          HOST_CONF: hostConf(args),
          PRIVATE_IP: this.privateIp,
          PRIVATE_GATEWAY: privateNetwork.gateway,
          KEYS: args.authorizedKeys.join("\n"),
          TIMEZONE: args.timezone,
          NFT_RULES: hostFilter(args.role),
        },
      },
      { parent: this },
    );
  }
}
