import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../lib/plan/labels";
import { secretSeed } from "./secretSeed";
import { ed25519KeyPair } from "../lib/sshKeyPair";
import { Component } from "./component";

export interface DeploymentKeyArgs {
  labels: Labels;
}

/** The SSH key by which this stack, and nobody else, configures its hosts. */
export class DeploymentKey extends Component {
  /** OpenSSH private key. Secret. */
  readonly privateKey: pulumi.Output<string>;
  /** authorized_keys line. */
  readonly publicKey: pulumi.Output<string>;
  /** Id of the key at Hetzner, which puts it on new servers. */
  readonly sshKeyId: pulumi.Output<string>;

  constructor(name: string, args: DeploymentKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DeploymentKey", name, opts);
    const pair = secretSeed(`${name}-seed`, 32, { parent: this }).apply(ed25519KeyPair);
    this.privateKey = pair.privateKey;
    this.publicKey = pulumi.unsecret(pair.publicKey);
    this.sshKeyId = new hcloud.SshKey(
      name,
      { publicKey: this.publicKey, labels: args.labels },
      { parent: this },
    ).id;
    this.registerOutputs({ publicKey: this.publicKey, sshKeyId: this.sshKeyId });
  }
}
