import type * as command from "@pulumi/command";
import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { bridgeSettings } from "../remote/bridgeSettings";
import { bridgeNickname, type BridgePlan } from "./bridgePlan";
import { Dns } from "./dns";
import { Host, type HostSettings } from "./host";
import type { Labels } from "./labels";
import { numericId } from "./numericId";
import { remoteStep, type Connection } from "./remoteStep";
import { Component } from "./component";

/** What a bridge has to know of the web host. */
export interface WebHostAccess {
  /** Its server: with it gone, no bridge needs a drain. */
  server: hcloud.Server;
  /** Drains run there, so that a dead bridge cannot block its own. */
  connection: pulumi.Input<Connection>;
  /** Where prosody listens, and the only address that may use the bridge's REST API. */
  privateIp: pulumi.Input<string>;
  /** Certificate of auth.<domain>, PEM. */
  xmppCertificate: pulumi.Input<string>;
}

/** What is the same for all bridges. None of it follows from how many there are. */
export interface BridgeSettings {
  host: HostSettings;
  /** For new servers: the type to order. */
  serverType: string;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  /** Password of the bridges' XMPP account. Secret. */
  jvbSecret: pulumi.Input<string>;
  web: WebHostAccess;
  /** The zone at Hetzner DNS that holds the domain; absent where the records are made elsewhere. */
  dnsZone?: string;
  /** Seconds that a bridge which restarts may keep its conferences. */
  drainTimeoutSeconds: number;
}

export interface BridgeArgs {
  plan: BridgePlan;
  settings: BridgeSettings;
  labels: Labels;
  placementGroupId: pulumi.Input<number>;
  /** The bridge whose settings take effect before this one's; absent for the first. */
  previous?: Bridge;
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
  /** The step that has put it into service. */
  readonly inService: pulumi.Resource;

  private readonly host: Host;
  private readonly apply: pulumi.Resource;

  constructor(name: string, args: BridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Bridge", name, opts);
    const { plan, settings, labels } = args;
    this.displayName = plan.name;
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
      },
      { parent: this },
    );
    this.apply = this.makeSettings(name, settings, args.previous);
    this.inService = this.makeDrain(name, settings.web, [this.apply, names]);
    this.registerOutputs({ nickname: this.nickname, ipv4, ipv6, privateIp });
  }

  /**
   * The settings, in two steps. `files` writes them, on all bridges side by side. `apply` makes them effective,
   * which needs a restart and so cuts calls: it goes from bridge to bridge, each out of service first. For a
   * new bridge there is nothing left to do in it.
   */
  private makeSettings(name: string, settings: BridgeSettings, previous?: Bridge): pulumi.Resource {
    const { jvbSecret, web, host } = settings;
    const nickname = this.nickname;
    const rendered = pulumi
      .all([nickname, jvbSecret, web.privateIp, web.xmppCertificate])
      .apply(([nickname, jvbSecret, webPrivateIp, xmppCertificate]) =>
        bridgeSettings({ nickname, domain: host.domain, jvbSecret, webPrivateIp, xmppCertificate }),
      );
    const files = remoteStep(
      `${name}-files`,
      {
        connection: this.host.connection,
        script: "jvb/files",
        values: {
          NAME: this.displayName,
          AUTH_DOMAIN: `auth.${host.domain}`,
          WEB_PRIVATE_IP: web.privateIp,
          XMPP_CERTIFICATE: web.xmppCertificate,
          PROPERTIES: rendered.PROPERTIES,
          JVB_CONF: rendered.JVB_CONF,
          NFT_RULES: rendered.NFT_RULES,
          SETTINGS_HASH: rendered.SETTINGS_HASH,
        },
      },
      { parent: this, dependsOn: this.host.ready },
    );
    return remoteStep(
      `${name}-apply`,
      {
        connection: this.host.connection,
        script: "jvb/apply",
        values: {
          NAME: this.displayName,
          SETTINGS_HASH: rendered.SETTINGS_HASH,
          DRAIN_TIMEOUT_SECONDS: settings.drainTimeoutSeconds.toString(),
        },
        onCreate: "create",
        onUpdate: "update",
      },
      { parent: this, dependsOn: previous === undefined ? [files] : [files, previous.apply] },
    );
  }

  /**
   * The drain is this step's *delete*; its create puts the bridge into service. It depends on all that a bridge
   * in use needs, so that it is the first of them to go.
   */
  private makeDrain(
    name: string,
    web: WebHostAccess,
    needs: pulumi.Resource[],
  ): command.remote.Command {
    return remoteStep(
      `${name}-drain`,
      {
        connection: web.connection,
        script: "web/drain",
        values: {
          NAME: this.displayName,
          NICKNAME: this.nickname,
          REST_ADDRESS: this.privateIp,
        },
        onCreate: "in-service",
        onDelete: "drain",
        // The server and nothing else: without it a replaced server goes undrained, with more a bridge
        // that stays would be emptied.
        triggers: [this.host.server.id],
      },
      {
        parent: this,
        dependsOn: needs,
        // Create-before-delete would put the bridge into service first and drain it afterwards.
        deleteBeforeReplace: true,
        // The end of the whole cluster does not wait for conferences.
        deletedWith: web.server,
      },
    );
  }
}
