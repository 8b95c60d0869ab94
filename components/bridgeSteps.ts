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
  /** The step after which jicofo answers: without it, nobody moves participants off a bridge. */
  jicofo: pulumi.Resource;
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
  /** Largest heap in MB. */
  heapMb: pulumi.Input<number>;
  /** Whether it is emptied and stays so. */
  draining: boolean;
}

/**
 * The settings as files, on all bridges side by side; a new bridge is started with them. On one that has joined
 * before they take effect by `turnSteps`.
 *
 * @returns the step, and the hashes of all that takes effect only by a restart
 */
export function filesStep(
  name: string,
  { displayName, nickname, connection, restHost, domain, web, heapMb }: BridgeProgram,
  opts: pulumi.CustomResourceOptions,
): { files: pulumi.Resource; hashes: SettingsHashes } {
  const rendered = pulumi
    .output({
      domain,
      nickname,
      username: web.account.username,
      jvbSecret: web.account.password,
      restHost,
      webPrivateIp: web.privateIp,
      xmppCertificate: web.xmppCertificate,
      heapMb,
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
  // A hash over a long random password tells nothing of it.
  return {
    files,
    hashes: {
      SETTINGS_HASH: pulumi.unsecret(rendered.SETTINGS_HASH),
      FORMER_HASH: pulumi.unsecret(rendered.FORMER_HASH),
    },
  };
}

/** Of the settings that take effect only by a restart: today's, and that of the program before. */
export type SettingsHashes = Record<"SETTINGS_HASH" | "FORMER_HASH", pulumi.Input<string>>;

export interface TurnStepsOptions {
  parent: pulumi.Resource;
  /** What comes before: the settings are written, and the bridge is in service. */
  dependsOn: pulumi.Resource;
  /** What makes it another bridge, which has its settings from its start. */
  triggers?: pulumi.Input<string>[];
  /** The last step of the bridge whose turn is before this one's; absent for the first. */
  previous?: pulumi.Resource;
}

/**
 * Changed settings take effect by a restart, which cuts calls, so the bridges take turns, each in three steps: `out`,
 * on the web host, because jicofo is there, has people moved to other bridges; `apply` restarts; `in`, on the web
 * host again, puts the bridge back into service. For a new bridge they find nothing to do, and no step here has a
 * delete, so bridges that leave do not wait for each other. What fails is done by the next `up`.
 *
 * The time limit is none of their values, but in the policy: a longer one is no reason for a turn.
 *
 * @returns the last step
 */
export function turnSteps(
  name: string,
  { displayName, nickname, connection, restAddress, web }: BridgeProgram,
  hashes: SettingsHashes,
  { parent, dependsOn, triggers, previous }: TurnStepsOptions,
): pulumi.Resource {
  const bridge = {
    NAME: displayName,
    NICKNAME: nickname,
    REST_ADDRESS: restAddress,
    ...hashes,
  };
  const out = remoteStep(
    `${name}-out`,
    {
      connection: web.connection,
      script: "web/out",
      values: bridge,
      onCreate: false,
      onUpdate: "update",
      triggers,
    },
    { parent, dependsOn: [dependsOn, web.jicofo, ...(previous === undefined ? [] : [previous])] },
  );
  const turn = out.stdout;
  const apply = remoteStep(
    `${name}-apply`,
    {
      connection,
      script: "jvb/apply",
      values: {
        NAME: displayName,
        BRIDGE_VERSION: web.bridgeVersion,
        ...hashes,
        TURN: turn,
      },
      triggers,
    },
    { parent, dependsOn: out },
  );
  return remoteStep(
    `${name}-in`,
    {
      connection: web.connection,
      script: "web/in",
      values: { ...bridge, TURN: turn },
      onCreate: "create",
      onUpdate: "update",
      triggers,
    },
    { parent, dependsOn: apply },
  );
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
