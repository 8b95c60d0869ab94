import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { privateNetwork } from "../lib/constants";
import { jicofoHeapMb } from "../lib/plan/heaps";
import type { Labels } from "../lib/plan/labels";
import type { JitsiVersion } from "../remote/script";
import { BridgeAccount } from "./bridgeAccount";
import { Component } from "./component";
import { Dns } from "./dns";
import { Host, type SharedHostArgs } from "./host";
import type { Connection } from "./connection";
import { publicOutput, remoteStep } from "./remoteStep";
import { TurnServer } from "./turnServer";
import { WebAddresses } from "./webAddresses";
import { WebCertificate } from "./webCertificate";
import { WebNames } from "./webNames";

export interface WebHostArgs extends SharedHostArgs {
  /** For a new server: the type to order. */
  serverType: string;
  labels: Labels;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  /** Version of the bridges' XMPP account, a whole number from 1. */
  jvbSecretVersion: number;
  /** The zone at Hetzner DNS that contains the domain; absent if the records are made elsewhere. */
  dnsZone?: string;
  /** Other names of the meetings, which redirect to the domain. */
  aliases: readonly string[];
  /** How long the names are waited for. 0: not at all. */
  dnsTimeoutSeconds: number;
  /** The DNS server that is asked for the names too; absent for the host's own. */
  dnsResolver?: string;
  /** Whether Hetzner refuses to delete the host and its addresses. */
  protect: boolean;
  /** Whether it runs a TURN server, once it has a certificate that browsers trust. */
  turn: boolean;
  /** Largest heap of jicofo in MB; by default it follows from the host's memory. */
  jicofoHeapMb?: number;
  /** The public half of the deployment key, if the host is to serve it. */
  publishedKey?: pulumi.Input<string>;
}

/** The host of the meeting domain, with nginx, prosody and jicofo. One per cluster. */
export class WebHost extends Component {
  readonly server: hcloud.Server;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  /** Where bridges reach prosody. It never changes during the life of the cluster. */
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  /** Memory in GB of the existing server; absent if its type is not known. */
  readonly memoryGb: pulumi.Output<number | undefined>;
  readonly connection: Connection;
  /** Certificate of auth.<domain> (PEM), by which bridges know prosody. */
  readonly xmppCertificate: pulumi.Output<string>;
  /** The account that bridges log in with. */
  readonly account: BridgeAccount;
  /** Its version of Jitsi, that of the metapackage jitsi-meet. */
  readonly jitsiVersion: pulumi.Output<string>;
  /** Version of the package jitsi-videobridge2 in it. */
  readonly bridgeVersion: pulumi.Output<string>;
  /** What comes before a step that needs an installed host, in its version of Jitsi, configured or not. */
  readonly ready: pulumi.Resource;
  /** The step after which jicofo answers. */
  readonly jicofo: pulumi.Resource;
  /** What comes before participants can be let in. */
  readonly configured: pulumi.Resource[];
  /** All names of the host, and the wait for them. */
  readonly names: WebNames;

  constructor(name: string, args: WebHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebHost", name, opts);
    const { domain, location, labels, protect } = args;
    const child = { parent: this };
    const addresses = new WebAddresses(`${name}-address`, { location, labels, protect }, child);
    const host = this.makeHost(name, args, addresses);
    const names = this.makeNames(name, args, addresses, host);
    const { connection } = host;
    const version = this.versionStep(name, args, host);
    this.ready = version;
    this.names = this.makeOtherNames(name, args, addresses, host);
    const { version: jitsiVersion, bridge } = versionOf(publicOutput(version));
    this.jitsiVersion = jitsiVersion;
    this.bridgeVersion = bridge;
    const configure = this.configureStep(name, args, host);
    this.xmppCertificate = publicOutput(configure);
    this.jicofo = this.jicofoStep(name, args, host, configure);
    this.account = new BridgeAccount(
      `${name}-account`,
      { version: args.jvbSecretVersion, domain, server: host.server, connection },
      { ...child, dependsOn: configure },
    );
    const certificate = new WebCertificate(
      `${name}-certificate`,
      { domain, connection },
      { ...child, dependsOn: [configure, names] },
    );
    // Not in `configured`: the acceptance does not wait for it.
    new TurnServer(
      `${name}-turn`,
      {
        domain,
        wanted: args.turn,
        ipv4: addresses.ipv4.address,
        ipv6: addresses.ipv6.address,
        connection,
      },
      { ...child, dependsOn: configure },
    );
    this.configured = [this.jicofo, certificate];
    this.server = host.server;
    this.ipv4 = addresses.ipv4.address;
    this.ipv6 = addresses.ipv6.address;
    this.privateIp = host.privateIp;
    this.hostKey = host.hostKey;
    this.memoryGb = host.memoryGb;
    this.connection = connection;
    this.publishKey(name, args);
    this.registerOutputs({ ipv4: this.ipv4, ipv6: this.ipv6, privateIp: this.privateIp });
  }

  private publishKey(name: string, { publishedKey }: WebHostArgs): void {
    if (publishedKey === undefined) return;
    remoteStep(
      `${name}-deploy-key`,
      {
        connection: this.connection,
        script: "web/deployKey",
        values: { PUBLIC_KEY: publishedKey },
        onCreate: "publish",
        onDelete: "remove",
      },
      { parent: this, dependsOn: this.ready, deletedWith: this.server },
    );
  }

  private makeHost(name: string, args: WebHostArgs, { ipv4, ipv6, location }: WebAddresses): Host {
    return new Host(
      name,
      {
        ...args,
        role: "web",
        hostname: args.domain,
        // Of the addresses, whatever the setting says now: a replacement deletes the old server first.
        location,
        privateIp: privateNetwork.webAddress,
        primaryIps: { ipv4: ipv4.id, ipv6: ipv6.id },
      },
      { parent: this },
    );
  }

  /** Names of the addresses, not of the server: they outlive it, and the records are there before it is. */
  private makeNames(
    name: string,
    { domain, dnsZone, labels }: WebHostArgs,
    { ipv4, ipv6 }: WebAddresses,
    host: Host,
  ): Dns {
    return new Dns(
      `${name}-dns`,
      {
        hostname: domain,
        ipv4: { address: ipv4.address, owner: { primaryIpId: ipv4.id } },
        ipv6: { address: ipv6.address, owner: { primaryIpId: ipv6.id } },
        zone: dnsZone,
        labels,
        reverseAfter: host.attachment,
      },
      { parent: this },
    );
  }

  /** The wait runs beside the steps of the bridges. The domain's own records are older than an installed host. */
  private makeOtherNames(
    name: string,
    { domain, aliases, turn, dnsZone, labels, dnsResolver, dnsTimeoutSeconds }: WebHostArgs,
    { ipv4, ipv6 }: WebAddresses,
    { connection, ready }: Host,
  ): WebNames {
    return new WebNames(
      `${name}-names`,
      {
        domain,
        aliases,
        turn,
        zone: dnsZone,
        ipv4: ipv4.address,
        ipv6: ipv6.address,
        labels,
        connection,
        ready,
        resolver: dnsResolver,
        timeoutSeconds: dnsTimeoutSeconds,
      },
      { parent: this },
    );
  }

  private versionStep(name: string, { software }: WebHostArgs, { connection, ready }: Host) {
    return remoteStep(
      `${name}-version`,
      {
        connection,
        script: "web/version",
        values: { JITSI_VERSION: software.jitsiVersion ?? "" },
      },
      { parent: this, dependsOn: ready },
    );
  }

  private configureStep(name: string, { domain }: WebHostArgs, { connection, privateIp }: Host) {
    return remoteStep(
      `${name}-configure`,
      {
        connection,
        script: "web/configure",
        values: {
          DOMAIN: domain,
          WEB_PRIVATE_IP: privateIp,
        },
      },
      { parent: this, dependsOn: this.ready },
    );
  }

  private jicofoStep(
    name: string,
    { domain, jicofoHeapMb: askedMb }: WebHostArgs,
    { connection, memoryGb }: Host,
    configure: pulumi.Resource,
  ) {
    return remoteStep(
      `${name}-jicofo`,
      {
        connection,
        script: "web/jicofo",
        values: {
          DOMAIN: domain,
          XMPP_CERTIFICATE: this.xmppCertificate,
          HEAP_MB: memoryGb.apply((known) => jicofoHeapMb({ memoryGb: known, askedMb }).toString()),
          JITSI_VERSION: this.jitsiVersion,
        },
      },
      { parent: this, dependsOn: configure },
    );
  }
}

/** What web/version printed. A targeted update leaves that step out: then it printed nothing. */
function versionOf(printed: pulumi.Output<string>): pulumi.Output<JitsiVersion> {
  return printed.apply(
    (text) => (text === "" ? { version: "", bridge: "" } : JSON.parse(text)) as JitsiVersion,
  );
}
