import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../lib/plan/labels";
import { ed25519KeyPair, seedFrom, seedTextLength } from "../lib/sshKeyPair";
import { Component } from "./component";

export interface DeploymentKeyArgs {
  labels: Labels;
}

/** The SSH key with which this stack, and nothing else, configures its hosts. */
export class DeploymentKey extends Component {
  /** OpenSSH private key. Secret. */
  readonly privateKey: pulumi.Output<string>;
  /** The same key in the short format for the steps on hosts (`Ed25519KeyPair.pkcs8`). Secret. */
  readonly stepKey: pulumi.Output<string>;
  /** authorized_keys line. */
  readonly publicKey: pulumi.Output<string>;
  /** Id of the key at Hetzner, which installs it on new servers. */
  readonly sshKeyId: pulumi.Output<string>;

  constructor(name: string, args: DeploymentKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DeploymentKey", name, opts);
    const pair = this.randomText(`${name}-seed`, seedTextLength).apply((text) =>
      ed25519KeyPair(seedFrom(text, 32)),
    );
    this.privateKey = pair.privateKey;
    this.stepKey = pair.pkcs8;
    this.publicKey = pulumi.unsecret(pair.publicKey);
    this.sshKeyId = new hcloud.SshKey(
      name,
      { publicKey: this.publicKey, labels: args.labels },
      { parent: this },
    ).id;
    this.registerOutputs({ publicKey: this.publicKey, sshKeyId: this.sshKeyId });
  }
}
