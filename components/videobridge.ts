import type * as command from "@pulumi/command";
import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { bridgeSettings, type KnownProgramSettings } from "../remote/bridgeSettings";
import type { Turn } from "../remote/program/contract";
import type { BridgeAccount } from "./bridgeAccount";
import { Component } from "./component";
import { remoteStep, typedStep, type Connection } from "./remoteStep";

/** What a bridge has to know about the web host. */
export interface WebHostAccess {
  /** Its server. When it is deleted, no bridge needs a drain. */
  server: hcloud.Server;
  /** Drains run there, so that a dead bridge cannot block its own drain. */
  connection: pulumi.Input<Connection>;
  /** Where prosody listens, and the only address that may use a bridge's REST API. */
  privateIp: pulumi.Input<string>;
  /** Certificate of auth.<domain>, PEM. */
  xmppCertificate: pulumi.Input<string>;
  /** Version of the package jitsi-videobridge2 that belongs to the web host's version of Jitsi. */
  bridgeVersion: pulumi.Input<string>;
  /** The account that bridges log in with. */
  account: BridgeAccount;
  /** The step after which jicofo answers. Without jicofo no participant is moved to another bridge. */
  jicofo: pulumi.Resource;
}

/** A bridge's program, on whatever host it runs. */
export interface BridgeProgram {
  /** Of the host that it runs on. */
  connection: pulumi.Input<Connection>;
  /** Where the web host reaches its REST API. */
  restAddress: pulumi.Input<string>;
  /** Where its REST API listens; by default on all addresses. */
  restHost?: string;
  /** The meeting domain. */
  domain: string;
  web: WebHostAccess;
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
  /** The last step of the bridge that restarts before this one; absent for the first. */
  previous?: pulumi.Resource;
}

/** When a bridge restarts: after it is in service, and after the bridge before. */
type RestartOrder = Pick<BridgeOrder, "triggers" | "previous"> & { after: pulumi.Resource };

/** Hashes of the settings that take effect only by a restart: today's, and that of the program before. */
type SettingsHashes = Record<"settingsHash" | "formerHash", pulumi.Input<string>>;

/** A videobridge: a program with settings, a way into service and a way out of it. */
export abstract class Videobridge extends Component {
  /** Its name in messages: jvb-0, local. */
  readonly displayName: string;
  /** Whether it stays, but out of service. */
  readonly draining: boolean;
  /** MUC_NICKNAME and relay id. */
  abstract readonly nickname: pulumi.Output<string>;
  /** The step that puts it into service, and whose delete is its drain. */
  abstract readonly drain: pulumi.Resource;
  /** The step after which it is in service with its settings. */
  abstract readonly settled: pulumi.Resource;

  protected constructor(
    className: string,
    private readonly stepPrefix: string,
    plan: { readonly name: string; readonly draining: boolean },
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(className, stepPrefix, opts);
    this.displayName = plan.name;
    this.draining = plan.draining;
  }

  /** All steps of a bridge, from its settings to its service. */
  protected putIntoService(
    program: BridgeProgram,
    { filesAfter, drainAfter = [], triggers, previous }: BridgeOrder,
  ): { drain: pulumi.Resource; settled: pulumi.Resource } {
    const { files, hashes } = this.filesStep(program, filesAfter);
    const drain = this.drainStep(program, [files, ...drainAfter], triggers);
    const settled = this.rollingRestart(program, hashes, { after: drain, triggers, previous });
    return { drain, settled };
  }

  /**
   * Writes the settings, on all bridges side by side. A new bridge starts with them. On a bridge that has joined already
   * they take effect by `rollingRestart`.
   *
   * @returns the step, and the hashes of all that takes effect only by a restart
   */
  private filesStep(
    { connection, restHost, domain, web, settings }: BridgeProgram,
    dependsOn: pulumi.Resource[],
  ): { files: pulumi.Resource; hashes: SettingsHashes } {
    const { privateIp: webPrivateIp, xmppCertificate, bridgeVersion: version } = web;
    const { username, password: jvbSecret } = web.account;
    const { nickname } = this;
    const login = { domain, nickname, username, jvbSecret, webPrivateIp, xmppCertificate };
    const rendered = pulumi.output({ ...login, restHost, settings, version }).apply(bridgeSettings);
    const files = remoteStep(
      `${this.stepPrefix}-files`,
      {
        connection,
        script: "jvb/files",
        values: {
          NAME: this.displayName,
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
      { parent: this, dependsOn },
    );
    // A hash over a long random password reveals nothing about it.
    const hashes = {
      settingsHash: pulumi.unsecret(rendered.SETTINGS_HASH),
      formerHash: pulumi.unsecret(rendered.FORMER_HASH),
    };
    return { files, hashes };
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

  /**
   * The rolling restart. Changed settings take effect by a restart, which ends calls, so one bridge restarts after the
   * other, each in three steps. `out` runs on the web host, where jicofo is, and moves participants to other bridges.
   * `apply` restarts the bridge. `in`, on the web host again, puts it back into service.
   *
   * For a new bridge these steps find nothing to do. None of them has a delete, so bridges that leave do not wait for
   * each other. The next `up` does what failed.
   *
   * The timeout is in the policy file and deliberately not a value here: raising it must not restart bridges.
   *
   * @returns the last step
   */
  private rollingRestart(
    { connection, restAddress, web }: BridgeProgram,
    hashes: SettingsHashes,
    { after, triggers, previous }: RestartOrder,
  ): pulumi.Resource {
    const { displayName: NAME } = this;
    const restarting = { bridge: this.bridgeInput(restAddress), ...hashes };
    const input = pulumi.output(restarting);
    const onWebHost = { connection: web.connection, triggers };
    const out = typedStep<"restart-begin">(
      `${this.stepPrefix}-out`,
      { ...onWebHost, onUpdate: "restart-begin", input },
      { parent: this, dependsOn: [after, web.jicofo, previous ?? []].flat() },
    );
    const turn = turnOf(out);
    const values = {
      NAME,
      BRIDGE_VERSION: web.bridgeVersion,
      SETTINGS_HASH: hashes.settingsHash,
      FORMER_HASH: hashes.formerHash,
      TURN: turn,
    };
    const apply = remoteStep(
      `${this.stepPrefix}-apply`,
      { connection, script: "jvb/apply", values, triggers },
      { parent: this, dependsOn: out },
    );
    return typedStep<"restart-end">(
      `${this.stepPrefix}-in`,
      {
        ...onWebHost,
        onCreate: "restart-end --new-bridge",
        onUpdate: "restart-end",
        input: pulumi.output({
          ...restarting,
          turn: turn.apply((text) => (text === "" ? undefined : text)),
        }),
      },
      { parent: this, dependsOn: apply },
    );
  }

  /** How the verbs of the web host name it. */
  private bridgeInput(restAddress: pulumi.Input<string>) {
    return { name: this.displayName, nickname: this.nickname, address: restAddress };
  }
}

/** What restart-begin printed; empty where it has not run. Older programs printed the turn alone. */
function turnOf(step: command.remote.Command): pulumi.Output<string> {
  const stdout: pulumi.Output<string | undefined> = step.stdout;
  return stdout.apply((text = "") =>
    text.startsWith("{") ? (JSON.parse(text) as Turn).turn : text.trim(),
  );
}
