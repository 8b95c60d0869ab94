import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { privateNetwork } from "../lib/constants";
import { render } from "../remote/render";
import type { JitsiVersion } from "../remote/script";
import { hostFile } from "../remote/hostFile";
import { BridgeAccount } from "./bridgeAccount";
import { Dns } from "./dns";
import { jicofoHeapMb } from "../lib/plan/heaps";
import { Host, type HostSettings } from "./host";
import type { Labels } from "../lib/plan/labels";
import { publicOutput, remoteStep, type Connection } from "./remoteStep";
import { Component } from "./component";
import { WebAddresses } from "./webAddresses";
import { WebCertificate } from "./webCertificate";

export interface WebHostArgs {
  settings: HostSettings;
  /** For a new server: the type to order. */
  serverType: string;
  labels: Labels;
  firewallId: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  /** Number of the bridges' XMPP account, from 1. */
  jvbSecretVersion: number;
  /** The zone at Hetzner DNS that holds the domain; absent where the records are made elsewhere. */
  dnsZone?: string;
  /** Whether Hetzner refuses to delete the host and its addresses. */
  protect: boolean;
  /** Largest heap of jicofo in MB; by default it follows from the host's memory. */
  jicofoHeapMb?: number;
}

/** The host that people meet at: nginx, prosody and jicofo. One a cluster. */
export class WebHost extends Component {
  readonly server: hcloud.Server;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  /** Where bridges reach prosody. The same for the whole life of the cluster. */
  readonly privateIp: pulumi.Output<string>;
  /** The host's own ed25519 key, `ssh-ed25519 AAAA...`. */
  readonly hostKey: pulumi.Output<string>;
  /** Memory in GB of the server that is there; absent where its type is not known. */
  readonly memoryGb: pulumi.Output<number | undefined>;
  readonly connection: Connection;
  /** Certificate of auth.<domain> (PEM), by which bridges know prosody. */
  readonly xmppCertificate: pulumi.Output<string>;
  /** The account that bridges log in with. */
  readonly account: BridgeAccount;
  /** Version of Jitsi (of the metapackage jitsi-meet) that it has. */
  readonly jitsiVersion: pulumi.Output<string>;
  /** Version of the package jitsi-videobridge2 in it. */
  readonly bridgeVersion: pulumi.Output<string>;
  /** What a step has to wait for that needs an installed host, in its version of Jitsi, configured or not. */
  readonly ready: pulumi.Resource[];
  /** The step after which jicofo answers. */
  readonly jicofo: pulumi.Resource;
  /** What has to be done before people can be let in. */
  readonly configured: pulumi.Resource[];

  constructor(name: string, args: WebHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("WebHost", name, opts);
    const { settings, labels } = args;
    const { domain, location } = settings;
    const addresses = new WebAddresses(
      `${name}-address`,
      { location, labels, protect: args.protect },
      { parent: this },
    );
    const host = new Host(
      name,
      {
        ...args,
        role: "web",
        hostname: domain,
        privateIp: privateNetwork.webAddress,
        primaryIps: { ipv4: addresses.ipv4.id, ipv6: addresses.ipv6.id },
      },
      { parent: this },
    );
    // Of the addresses, not of the server: its names outlive it, and its records are there before it is.
    const names = new Dns(
      `${name}-dns`,
      {
        hostname: domain,
        ipv4: { address: addresses.ipv4.address, owner: { primaryIpId: addresses.ipv4.id } },
        ipv6: { address: addresses.ipv6.address, owner: { primaryIpId: addresses.ipv6.id } },
        zone: args.dnsZone,
        labels,
        reverseAfter: host.attachment,
      },
      { parent: this },
    );
    const version = remoteStep(
      `${name}-version`,
      {
        connection: host.connection,
        script: "web/version",
        values: { JITSI_VERSION: settings.software.jitsiVersion ?? "" },
      },
      { parent: this, dependsOn: host.ready },
    );
    // A targeted update leaves the step out, and with it what it prints.
    const { version: jitsiVersion, bridge } = publicOutput(version).apply(
      (text) => (text === "" ? { version: "", bridge: "" } : JSON.parse(text)) as JitsiVersion,
    );
    this.jitsiVersion = jitsiVersion;
    this.bridgeVersion = bridge;
    const configure = remoteStep(
      `${name}-configure`,
      {
        connection: host.connection,
        script: "web/configure",
        values: {
          DOMAIN: domain,
          WEB_PRIVATE_IP: host.privateIp,
          LOGIN_MODULE: render("web/usr/local/lib/prosody/modules/mod_no_http_login.lua", {}),
          BRIDGES_MODULE: render("web/usr/local/lib/prosody/modules/mod_dead_bridges.lua", {}),
        },
      },
      { parent: this, dependsOn: [...host.ready, version] },
    );
    const heapMb = host.memoryGb.apply((memoryGb) =>
      jicofoHeapMb({ memoryGb, askedMb: args.jicofoHeapMb }).toString(),
    );
    const jicofo = remoteStep(
      `${name}-jicofo`,
      {
        connection: host.connection,
        script: "web/jicofo",
        values: {
          DOMAIN: domain,
          XMPP_CERTIFICATE: publicOutput(configure),
          HEAP_MB: heapMb,
          JICOFO_SERVICE: hostFile("JICOFO_SERVICE"),
          JITSI_VERSION: jitsiVersion,
        },
      },
      { parent: this, dependsOn: configure },
    );
    this.account = new BridgeAccount(
      `${name}-account`,
      { version: args.jvbSecretVersion, domain, server: host.server, connection: host.connection },
      { parent: this, dependsOn: configure },
    );
    const certificate = new WebCertificate(
      `${name}-certificate`,
      { domain, connection: host.connection },
      { parent: this, dependsOn: [configure, names] },
    );
    this.server = host.server;
    this.ipv4 = addresses.ipv4.address;
    this.ipv6 = addresses.ipv6.address;
    this.privateIp = host.privateIp;
    this.hostKey = host.hostKey;
    this.memoryGb = host.memoryGb;
    this.connection = host.connection;
    this.xmppCertificate = publicOutput(configure);
    this.ready = [...host.ready, version];
    this.jicofo = jicofo;
    this.configured = [configure, jicofo, certificate];
    this.registerOutputs({ ipv4: this.ipv4, ipv6: this.ipv6, privateIp: this.privateIp });
  }
}
