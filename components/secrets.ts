import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component } from "./component";

/** The passwords that the parts of a cluster use among themselves. */
export class Secrets extends Component {
  /** Password of the bridges' XMPP account. Secret. */
  readonly jvbSecret: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("Secrets", name, opts);
    // Alphanumeric: it goes through a Java properties file, HOCON and shell, which escape differently.
    const jvb = new random.RandomPassword(
      `${name}-jvb`,
      { length: 32, special: false },
      { parent: this },
    );
    this.jvbSecret = pulumi.secret(jvb.result);
    this.registerOutputs({});
  }
}
