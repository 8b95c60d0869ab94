import * as pulumi from "@pulumi/pulumi";
import type { RecordingTarget } from "../lib/config/keys/recordings";
import { limits } from "../lib/constants";
import type { DeclaredRecorder } from "../remote/program/contract";
import { recordingTarget } from "../remote/recordingTarget";
import { ClusterProgram } from "./clusterProgram";
import type { RecorderAccounts } from "./recorderAccounts";
import type { Connection } from "./connection";
import { remoteStep, typedStep } from "./remoteStep";
import type { WebHostAccess } from "./webHostAccess";

/** What a recorder has to know about the web host. */
export interface RecorderWebHost extends WebHostAccess {
  /** Version of the metapackage jitsi-meet. */
  jitsiVersion: pulumi.Input<string>;
}

/** A recorder's program, on whatever host it runs. */
export interface RecorderProgramArgs {
  /** Of the host that it runs on. */
  connection: pulumi.Input<Connection>;
  /** Where the web host reaches its control port. */
  address: pulumi.Input<string>;
  /** Who logs in to its host; by default root. */
  user?: string;
  /** Where its control port listens; by default on all addresses. */
  controlHost?: string;
  /** The meeting domain. */
  domain: string;
  web: RecorderWebHost;
  accounts: RecorderAccounts;
  /** Where its files go. */
  target: RecordingTarget;
}

/** What the steps of a recorder depend on. */
export interface RecorderOrder {
  /** What comes before its first step. */
  after: pulumi.Resource[];
  /** What the web host needs to reach it, and is deleted after its drain. */
  reach: pulumi.Resource[];
  /** What makes it another recorder. Absent if nothing does. */
  triggers?: pulumi.Input<string>[];
}

/** A recorder: a program with settings, a way into service and a way out of it. */
export abstract class RecorderProgram extends ClusterProgram {
  /** Where the web host reaches its control port. */
  abstract readonly address: pulumi.Output<string>;
  /** The step that puts it into service. */
  abstract readonly serve: pulumi.Resource;

  /** How the policy and the acceptance name it. */
  get declared(): pulumi.Output<DeclaredRecorder> {
    const { displayName: name, nickname, address, draining } = this;
    return pulumi.output({ name, nickname, address, draining });
  }

  /** All steps of a recorder, from its kernel to its service. @returns the step that puts it into service */
  protected putIntoService(
    program: RecorderProgramArgs,
    { after, reach, triggers }: RecorderOrder,
  ): pulumi.Resource {
    const { web } = program;
    const kernel = remoteStep(
      `${this.stepPrefix}-kernel`,
      {
        connection: program.connection,
        user: program.user,
        script: "jibri/kernel",
        values: { NAME: this.displayName },
      },
      { parent: this, dependsOn: after },
    );
    this.drainStep(program, reach, triggers);
    return typedStep<"recorder-serve">(
      `${this.stepPrefix}-serve`,
      {
        connection: web.connection,
        onCreate: "recorder-serve",
        input: pulumi.output({ recorder: this.recorderInput(program), draining: this.draining }),
        ignoresCode: true,
        triggers,
      },
      { parent: this, dependsOn: [this.filesStep(program, kernel)] },
    );
  }

  private filesStep(
    { connection, user, controlHost, domain, web, accounts, target }: RecorderProgramArgs,
    kernel: pulumi.Resource,
  ): pulumi.Resource {
    const { control, call } = accounts;
    return remoteStep(
      `${this.stepPrefix}-files`,
      {
        // A host that boots another kernel takes a minute, and longer than a step waits for a host by default.
        connection: pulumi
          .output(connection)
          .apply((known) => ({ ...known, dialErrorLimit: limits.firstDialErrors })),
        user,
        script: "jibri/files",
        values: {
          NAME: this.displayName,
          NICKNAME: this.nickname,
          DOMAIN: domain,
          WEB_PRIVATE_IP: web.privateIp,
          XMPP_CERTIFICATE: web.xmppCertificate,
          CONTROL_USERNAME: control.username,
          CONTROL_PASSWORD: control.password,
          CALL_USERNAME: call.username,
          CALL_PASSWORD: call.password,
          CONTROL_HOST: controlHost ?? "0.0.0.0",
          JITSI_VERSION: web.jitsiVersion,
          RECORDINGS: target.recordings,
          RETENTION_DAYS: target.recordingRetentionDays.toString(),
          TARGET: recordingTarget(target),
        },
      },
      { parent: this, dependsOn: [kernel, control.ready, call.ready] },
    );
  }

  /**
   * The drain is the *delete* of a step that does nothing else. It depends on what the web host needs to reach the recorder,
   * and on nothing more. The engine deletes level by level, counted from those that depend on nothing: a drain that depended
   * on the settings would be on a level above all drains of bridges, and these would wait for the end of a recording.
   */
  private drainStep(
    program: RecorderProgramArgs,
    reach: pulumi.Resource[],
    triggers: pulumi.Input<string>[] | undefined,
  ): void {
    typedStep<"recorder-drain">(
      `${this.stepPrefix}-drain`,
      {
        connection: program.web.connection,
        onDelete: "recorder-drain",
        input: pulumi.output({ recorder: this.recorderInput(program) }),
        ignoresCode: true,
        triggers,
      },
      {
        parent: this,
        dependsOn: reach,
        // As for bridges: the old recorder is drained before the new one takes its steps.
        deleteBeforeReplace: true,
        // The end of the whole cluster does not wait for recordings.
        deletedWith: program.web.server,
      },
    );
  }

  /** How the verbs of the web host name it. */
  private recorderInput({ address }: RecorderProgramArgs) {
    return { name: this.displayName, nickname: this.nickname, address };
  }
}
