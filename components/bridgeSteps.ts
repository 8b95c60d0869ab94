import type * as command from "@pulumi/command";
import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { bridgeSettings } from "../remote/bridgeSettings";
import type { BridgeAccount } from "./bridgeAccount";
import { remoteStep, type Connection } from "./remoteStep";

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
  /** Version of the package jitsi-videobridge2 that belongs to the web host's version of Jitsi. */
  bridgeVersion: pulumi.Input<string>;
  /** The account to log in with. */
  account: BridgeAccount;
}

/** The program of a bridge, on whatever host it runs. */
export interface BridgeProgram {
  /** For people: jvb-0. */
  displayName: string;
  /** MUC_NICKNAME and relay id. */
  nickname: pulumi.Output<string>;
  /** Of the host it runs on. */
  connection: pulumi.Input<Connection>;
  /** Where the web host reaches its REST API. */
  restAddress: pulumi.Input<string>;
  /** Where its REST API listens; by default on all addresses. */
  restHost?: string;
  /** The meeting domain. */
  domain: string;
  web: WebHostAccess;
  /** Seconds that a bridge which restarts may keep its conferences. */
  drainTimeoutSeconds: number;
  /** Largest heap in MB. */
  heapMb: pulumi.Input<number>;
  /** Whether it is emptied and stays so. */
  draining: boolean;
}

/**
 * The settings, in two steps. `files` writes them, on all bridges side by side. `apply` makes them effective,
 * which needs a restart and so cuts calls: it goes from bridge to bridge, each out of service first. For a
 * new bridge there is nothing left to do in it.
 *
 * @param previous the `apply` of the bridge whose settings take effect before this one's; absent for the first
 * @returns both
 */
export function settingsSteps(
  name: string,
  { displayName, nickname, connection, restHost, domain, web, ...program }: BridgeProgram,
  { previous, ...opts }: pulumi.CustomResourceOptions & { previous?: pulumi.Resource },
): { files: pulumi.Resource; apply: pulumi.Resource } {
  const rendered = pulumi
    .output({
      domain,
      nickname,
      username: web.account.username,
      jvbSecret: web.account.password,
      restHost,
      webPrivateIp: web.privateIp,
      xmppCertificate: web.xmppCertificate,
      heapMb: program.heapMb,
      version: web.bridgeVersion,
    })
    .apply(bridgeSettings);
  const files = remoteStep(
    `${name}-files`,
    {
      connection,
      script: "jvb/files",
      values: {
        NAME: displayName,
        AUTH_DOMAIN: `auth.${domain}`,
        WEB_PRIVATE_IP: web.privateIp,
        XMPP_CERTIFICATE: web.xmppCertificate,
        PROPERTIES: rendered.PROPERTIES,
        JVB_CONF: rendered.JVB_CONF,
        HEAP_MB: rendered.HEAP_MB,
        START_SOCKET: rendered.START_SOCKET,
        START_SERVICE: rendered.START_SERVICE,
        BRIDGE_VERSION: web.bridgeVersion,
        SETTINGS_HASH: rendered.SETTINGS_HASH,
      },
    },
    opts,
  );
  const apply = remoteStep(
    `${name}-apply`,
    {
      connection,
      script: "jvb/apply",
      values: {
        NAME: displayName,
        BRIDGE_VERSION: web.bridgeVersion,
        SETTINGS_HASH: rendered.SETTINGS_HASH,
        DRAIN_TIMEOUT_SECONDS: program.drainTimeoutSeconds.toString(),
      },
      onCreate: "create",
      onUpdate: "update",
    },
    { ...opts, dependsOn: previous === undefined ? [files] : [files, previous] },
  );
  return { files, apply };
}

/**
 * The drain is this step's *delete*; its create puts the bridge into service, its update too, or empties it where
 * it is to stay, empty. It depends on all that a bridge in use needs, so that that outlives the drain; but on no
 * step in a row with other bridges' steps: the engine deletes level by level of the dependencies, and bridges would
 * be emptied one after the other, each with the whole timeout.
 *
 * @param triggers what makes it another bridge, and nothing else: without its server a replaced server goes
 * undrained, with more a bridge that stays would be emptied
 */
export function drainStep(
  name: string,
  { displayName, nickname, restAddress, web, draining }: BridgeProgram,
  { triggers, ...opts }: pulumi.CustomResourceOptions & { triggers?: pulumi.Input<string>[] },
): command.remote.Command {
  return remoteStep(
    `${name}-drain`,
    {
      connection: web.connection,
      script: "web/drain",
      values: {
        NAME: displayName,
        NICKNAME: nickname,
        REST_ADDRESS: restAddress,
        DRAINING: draining.toString(),
      },
      onCreate: "enter",
      onDelete: "drain",
      triggers,
    },
    {
      ...opts,
      // Create-before-delete would put the bridge into service first and drain it afterwards.
      deleteBeforeReplace: true,
      // The end of the whole cluster does not wait for conferences.
      deletedWith: web.server,
    },
  );
}
