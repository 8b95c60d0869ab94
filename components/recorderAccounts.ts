import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { callAccountName, controlAccountName } from "../lib/recorderNames";
import { Component } from "./component";
import type { Connection } from "./connection";
import { remoteStep } from "./remoteStep";

export interface RecorderAccountsArgs {
  /** Version of the accounts, a whole number from 1. Another version is other accounts with other passwords. */
  version: number;
  domain: string;
  /** The web host. When it is deleted, no account has to be removed. */
  server: hcloud.Server;
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
}

/** An account in prosody. */
export interface RecorderAccount {
  readonly username: string;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  /** What comes before a step that logs in with it. */
  readonly ready: pulumi.Resource;
}

/**
 * The two XMPP accounts of the recorders, as long as the cluster has one. As for bridges, only the current version is
 * declared, and the engine deletes the old accounts at the end of the `up`. A recorder that is not idle still uses them
 * then: the delete fails instead of ending its recording, and the next `up` tries again.
 */
export class RecorderAccounts extends Component {
  /** In auth.<domain>, for jicofo's room. */
  readonly control: RecorderAccount;
  /** In recorder.<domain>, for meetings. */
  readonly call: RecorderAccount;

  constructor(name: string, args: RecorderAccountsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RecorderAccounts", name, opts);
    const { version } = args;
    if (!Number.isInteger(version) || version < 1) {
      throw this.argumentError("version", `is ${version}, but must be a whole number from 1`);
    }
    const after = opts?.dependsOn;
    this.control = this.account(
      `${name}-control`,
      "auth",
      controlAccountName(version),
      args,
      after,
    );
    this.call = this.account(`${name}-call`, "recorder", callAccountName(version), args, after);
    this.registerOutputs({});
  }

  private account(
    prefix: string,
    place: "auth" | "recorder",
    username: string,
    { version, domain, server, connection }: RecorderAccountsArgs,
    dependsOn: pulumi.ComponentResourceOptions["dependsOn"],
  ): RecorderAccount {
    const name = `${prefix}-v${version}`;
    const password = this.randomText(`${name}-password`, 32);
    const ready = remoteStep(
      name,
      {
        connection,
        script: "web/recorderAccount",
        values: { DOMAIN: domain, PLACE: place, USERNAME: username, SECRET: password },
        onCreate: "set",
        onDelete: "remove",
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn, deletedWith: server },
    );
    return { username, password, ready };
  }
}
