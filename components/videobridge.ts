import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { bridgeSettings, type KnownProgramSettings } from "../remote/bridgeSettings";
import type { BridgeWithSettings } from "../remote/program/contract";
import type { BridgeAccount } from "./bridgeAccount";
import { ClusterProgram } from "./clusterProgram";
import type { Connection } from "./connection";
import { remoteStep, typedStep } from "./remoteStep";
import type { WebHostAccess } from "./webHostAccess";

/** What a bridge has to know about the web host. */
export interface BridgeWebHost extends WebHostAccess {
  /** Version of the package jitsi-videobridge2 that belongs to the web host's version of Jitsi. */
  bridgeVersion: pulumi.Input<string>;
  /** The account that bridges log in with. */
  account: BridgeAccount;
}

/** A bridge's program, on whatever host it runs. */
export interface BridgeProgram {
  /** Of the host that it runs on. */
  connection: pulumi.Input<Connection>;
  /** Where the web host reaches its REST API. */
  restAddress: pulumi.Input<string>;
  /** Where its REST API listens; by default on all addresses. */
  restHost?: string;
  /** Its relay region; by default that of all bridges. */
  region?: string;
  /** Who logs in to its host; by default root. */
  user?: string;
  /** The meeting domain. */
  domain: string;
  web: BridgeWebHost;
  /** Its settings, with its heap. */
  settings: pulumi.Input<KnownProgramSettings>;
}

/** What the steps of a bridge depend on. */
export interface BridgeOrder {
  /** What comes before its settings are written. */
  filesAfter: pulumi.Resource[];
  /** What comes, beside its settings, before it is put into service, and is deleted after its drain. */
  drainAfter?: pulumi.Resource[];
  /** What makes it another bridge, which starts with its settings. Absent if nothing does. */
  triggers?: pulumi.Input<string>[];
}

/** Hashes of the settings that take effect only by a restart: today's, and that of the program before. */
type SettingsHashes = Record<"settingsHash" | "formerHash", pulumi.Input<string>>;

/** Digits of a hash in the note of its step: 64 bits, against accidents. */
const notedDigits = 16;

/** A videobridge: a program with settings, a way into service and a way out of it. */
export abstract class Videobridge extends ClusterProgram {
  /** Public addresses, where participants reach it. */
  abstract readonly ipv4: pulumi.Output<string>;
  abstract readonly ipv6: pulumi.Output<string>;
  /** The step that puts it into service, and whose delete is its drain. */
  abstract readonly drain: pulumi.Resource;
  /** For its restart: how the web host names it, and its settings. */
  abstract readonly restarting: pulumi.Output<BridgeWithSettings>;

  /** All steps of a bridge, from its settings to its service. */
  protected putIntoService(
    program: BridgeProgram,
    { filesAfter, drainAfter = [], triggers }: BridgeOrder,
  ): { drain: pulumi.Resource; restarting: pulumi.Output<BridgeWithSettings> } {
    const { files, hashes } = this.filesStep(program, filesAfter);
    const drain = this.drainStep(program, [files, ...drainAfter], triggers);
    const restarting = pulumi.output({ ...this.bridgeInput(program.restAddress), ...hashes });
    return { drain, restarting };
  }

  /**
   * Writes the settings, on all bridges side by side. A new bridge starts with them. On a bridge that has joined already
   * they take effect by the rolling restart (`RollingRestart`).
   *
   * @returns the step, and the hashes of all that takes effect only by a restart
   */
  private filesStep(
    { connection, user, restHost, region, domain, web, settings }: BridgeProgram,
    dependsOn: pulumi.Resource[],
  ): { files: pulumi.Resource; hashes: SettingsHashes } {
    const { privateIp: webPrivateIp, xmppCertificate, bridgeVersion: version } = web;
    const { username, password: jvbSecret } = web.account;
    const { nickname } = this;
    const login = { domain, nickname, username, jvbSecret, webPrivateIp, xmppCertificate };
    const rendered = pulumi
      .output({ ...login, restHost, region, settings, version })
      .apply(bridgeSettings);
    // A hash over a long random password reveals nothing about it.
    const settingsHash = pulumi.unsecret(rendered.SETTINGS_HASH);
    const formerHash = pulumi.unsecret(rendered.FORMER_HASH);
    const files = remoteStep(
      `${this.stepPrefix}-files`,
      {
        connection,
        user,
        script: "jvb/files",
        note: settingsNote(settingsHash, formerHash),
        values: {
          NAME: this.displayName,
          AUTH_DOMAIN: `auth.${domain}`,
          WEB_PRIVATE_IP: web.privateIp,
          XMPP_CERTIFICATE: web.xmppCertificate,
          PROPERTIES: rendered.PROPERTIES,
          JVB_CONF: rendered.JVB_CONF,
          HEAP_MB: rendered.HEAP_MB,
          START_SOCKET: rendered.START_SOCKET,
          BRIDGE_VERSION: web.bridgeVersion,
          SETTINGS_HASH: rendered.SETTINGS_HASH,
          FORMER_HASH: rendered.FORMER_HASH,
        },
      },
      { parent: this, dependsOn },
    );
    return { files, hashes: { settingsHash, formerHash } };
  }

  /**
   * The drain is this step's *delete*. Its create and its update put the bridge into service, or drain it if it is to stay
   * out of service.
   *
   * The step depends on all that a bridge in service needs, so that these outlive the drain. It must not depend on a
   * step of another bridge: the engine deletes level by level of the dependencies, and would then drain one bridge after
   * the other, each with the whole timeout.
   *
   * @param triggers what makes it another bridge, and nothing else. Without the server's id, a replaced server would not
   * be drained; with anything more, a bridge that stays would be drained.
   */
  private drainStep(
    { restAddress, web }: BridgeProgram,
    dependsOn: pulumi.Resource[],
    triggers: pulumi.Input<string>[] | undefined,
  ): command.remote.Command {
    return typedStep<"serve" | "drain">(
      `${this.stepPrefix}-drain`,
      {
        connection: web.connection,
        onCreate: "serve",
        onDelete: "drain",
        input: pulumi.output({ bridge: this.bridgeInput(restAddress), draining: this.draining }),
        ignoresCode: true,
        triggers,
      },
      {
        parent: this,
        dependsOn,
        // Create-before-delete would put the bridge into service first and drain it afterwards.
        deleteBeforeReplace: true,
        // The end of the whole cluster does not wait for conferences.
        deletedWith: web.server,
      },
    );
  }

  /** How the verbs of the web host name it. */
  private bridgeInput(restAddress: pulumi.Input<string>) {
    return { name: this.displayName, nickname: this.nickname, address: restAddress };
  }
}

/**
 * What a preview reads of a bridge's settings: stdin is secret, and that of the rolling restart is not known as long as one
 * bridge of the cluster is new. `lib/changes/restarts.ts` reads it.
 */
function settingsNote(
  settingsHash: pulumi.Output<string>,
  formerHash: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi
    .all([settingsHash, formerHash])
    .apply((hashes) => `settings ${hashes.map((hash) => hash.slice(0, notedDigits)).join(" or ")}`);
}
