import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { bridgeAccountName } from "../lib/bridgeNames";
import { Component } from "./component";
import type { Connection } from "./connection";
import { remoteStep } from "./remoteStep";

export interface BridgeAccountArgs {
  /** Version of the account, a whole number from 1. Another version is another account with another password. */
  version: number;
  domain: string;
  /** The web host. When it is deleted, no account has to be removed. */
  server: hcloud.Server;
  connection: pulumi.Input<Connection>;
}

/**
 * The XMPP account that the bridges log in with. Only the current version is declared. With a new version, its step runs
 * first, then the bridges change to it. The engine deletes what is no longer declared at the end of the `up`: the old
 * account works until its last bridge has changed or is gone.
 */
export class BridgeAccount extends Component {
  /** In auth.<domain>. */
  readonly username: string;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  /** What comes before a step that logs in with it. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: BridgeAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BridgeAccount", name, opts);
    const { version, domain, server, connection } = args;
    if (!Number.isInteger(version) || version < 1) {
      throw this.argumentError("version", `is ${version}, but must be a whole number from 1`);
    }
    this.username = bridgeAccountName(version);
    this.password = this.randomText(`${name}-v${version}-password`, 32);
    this.ready = remoteStep(
      `${name}-v${version}`,
      {
        connection,
        script: "web/account",
        values: { DOMAIN: domain, USERNAME: this.username, JVB_SECRET: this.password },
        onCreate: "set",
        onDelete: "remove",
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn, deletedWith: server },
    );
    this.registerOutputs({});
  }
}
