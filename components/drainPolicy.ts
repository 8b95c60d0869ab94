import * as pulumi from "@pulumi/pulumi";
import { longestDrainSeconds } from "../lib/config/keys/drain";
import type { BridgeMedia, DeclaredBridge, DeclaredRecorder } from "../remote/program/contract";
import { Component } from "./component";
import type { Connection } from "./connection";
import { typedStep } from "./remoteStep";

export interface DrainPolicyArgs {
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  bridges: pulumi.Input<DeclaredBridge[]>;
  /** Public addresses of the same bridges. The TURN server relays to them alone. */
  media: pulumi.Input<BridgeMedia[]>;
  recorders: pulumi.Input<DeclaredRecorder[]>;
  /** How many seconds a leaving bridge may keep its conferences, from 0 to 86400. */
  drainTimeoutSeconds: number;
  /** How many seconds a leaving recorder may need for its recording and its files, from 0 to 86400. */
  recordingDrainTimeoutSeconds: number;
  /** Whether it is removed at the end of that time even if it has participants. */
  forceDrain: boolean;
}

/**
 * The policy file on the web host, by which drains know the new declaration. A drain is the delete of an old resource, so it
 * runs with old values. The engine writes this file before any delete of the same `up`. The step also puts bridges back into
 * service that a failed run left half drained and that are declared again, because their own steps are unchanged then.
 */
export class DrainPolicy extends Component {
  /** The step that writes it. */
  readonly written: pulumi.Resource;

  constructor(name: string, args: DrainPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DrainPolicy", name, opts);
    const { drainTimeoutSeconds, recordingDrainTimeoutSeconds, forceDrain } = args;
    if (!(drainTimeoutSeconds >= 0 && drainTimeoutSeconds <= longestDrainSeconds)) {
      throw this.argumentError(
        "drainTimeoutSeconds",
        `is ${drainTimeoutSeconds}, but must be from 0 to ${longestDrainSeconds}`,
      );
    }
    const { connection, bridges, media, recorders } = args;
    this.written = typedStep<"policy">(
      name,
      {
        connection,
        onCreate: "policy",
        input: pulumi.output({
          bridges,
          media,
          recorders,
          drainTimeoutSeconds,
          recordingDrainTimeoutSeconds,
          forceDrain,
        }),
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
