import type * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { bridgeAccountName } from "../lib/plan/bridgeNames";
import { Component } from "./component";
import { remoteStep, type Connection } from "./remoteStep";

export interface BridgeAccountArgs {
  /** Number of the account, from 1. Another number is another account with another password. */
  version: number;
  domain: string;
  /** The web host: with it gone, no account has to be removed. */
  server: hcloud.Server;
  connection: pulumi.Input<Connection>;
}

/**
 * The XMPP account that the bridges log in with. Only the current version is declared. Of another one its step is
 * made first, then the bridges change to it, and the engine removes what is no longer declared at the end of the
 * `up`: the old account is valid until its last bridge has changed or gone.
 */
export class BridgeAccount extends Component {
  readonly username: string;
  /** Secret. */
  readonly password: pulumi.Output<string>;
  /** What a step has to wait for that logs in with it. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: BridgeAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BridgeAccount", name, opts);
    const { version, domain, server, connection } = args;
    this.username = bridgeAccountName(version);
    // Alphanumeric: it goes through a Java properties file, HOCON and shell, which escape differently.
    const password = new random.RandomPassword(
      `${name}-v${version}-password`,
      { length: 32, special: false },
      { parent: this },
    );
    this.password = pulumi.secret(password.result);
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
