import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import type { Connection } from "./connection";
import { typedStep } from "./remoteStep";

export interface TurnServerArgs {
  /** The meeting domain. The server is turn.<domain>. */
  domain: string;
  /** The setting `turn`. */
  wanted: boolean;
  /** Public addresses of the web host. */
  ipv4: pulumi.Input<string>;
  ipv6: pulumi.Input<string>;
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
}

/**
 * The TURN server on the web host, for participants whose network lets only TCP 443 out. The host switches it on as soon as
 * there is a certificate that browsers trust, which can be after this `up`. The policy file brings the bridges' addresses.
 */
export class TurnServer extends Component {
  constructor(name: string, args: TurnServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("TurnServer", name, opts);
    const { connection, ...given } = args;
    const secret = this.randomText(`${name}-secret`, 32);
    typedStep<"turn-server">(
      name,
      { connection, onCreate: "turn-server", input: pulumi.output({ ...given, secret }) },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
