import * as pulumi from "@pulumi/pulumi";
import type { BridgeWithSettings } from "../remote/program/contract";
import { Component } from "./component";
import type { Connection } from "./connection";
import { typedStep } from "./remoteStep";

export interface RollingRestartArgs {
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  /** All bridges, in the order of their restarts. Their settings are written already. */
  bridges: pulumi.Input<BridgeWithSettings[]>;
  /** Version of the package jitsi-videobridge2, for all of them. */
  bridgeVersion: pulumi.Input<string>;
}

/**
 * The rolling restart. Changed settings take effect by a restart, which ends calls. So one step on the web host, where
 * jicofo is, takes one bridge after the other out of service, has it restart, and puts it back. The bridges that run with
 * their settings are asked side by side, and left alone. The step has no delete. The next `up` does what failed.
 *
 * The timeout is in the policy file and deliberately not a value here: raising it must not restart bridges.
 */
export class RollingRestart extends Component {
  /** The step after which all bridges are in service with their settings. */
  readonly done: pulumi.Resource;

  constructor(name: string, args: RollingRestartArgs, opts?: pulumi.ComponentResourceOptions) {
    super("RollingRestart", name, opts);
    const { connection, bridges, bridgeVersion } = args;
    this.done = typedStep<"restart">(
      name,
      { connection, onCreate: "restart", input: pulumi.output({ bridges, bridgeVersion }) },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
