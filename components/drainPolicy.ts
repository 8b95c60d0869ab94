import * as pulumi from "@pulumi/pulumi";
import { longestDrainSeconds } from "../lib/config/keys/drain";
import type { DeclaredBridge, Policy } from "../remote/script";
import { remoteStep, type Connection } from "./remoteStep";
import { Component } from "./component";

export interface DrainPolicyArgs {
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  bridges: pulumi.Input<DeclaredBridge[]>;
  /** Seconds that a leaving bridge may keep its conferences. 0 to 86400. */
  drainTimeoutSeconds: number;
  /** Whether it goes at the end of that time though people are on it. */
  forceDrain: boolean;
}

/**
 * The file on the web host by which drains learn the new state. A drain is the delete of an old resource and
 * so runs with old values; the engine writes this before any delete of the same `up`. Bridges that a broken run
 * left half way out, and that are declared again, are put back by it: their own steps are unchanged then.
 */
export class DrainPolicy extends Component {
  /** The step that writes it. */
  readonly written: pulumi.Resource;

  constructor(name: string, args: DrainPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DrainPolicy", name, opts);
    const { drainTimeoutSeconds, forceDrain } = args;
    if (!(drainTimeoutSeconds >= 0 && drainTimeoutSeconds <= longestDrainSeconds)) {
      throw this.argumentError(
        "drainTimeoutSeconds",
        `is ${drainTimeoutSeconds}, but must be from 0 to ${longestDrainSeconds}`,
      );
    }
    const policy = pulumi
      .output(args.bridges)
      .apply((bridges) =>
        JSON.stringify({ bridges, drainTimeoutSeconds, forceDrain } satisfies Policy),
      );
    this.written = remoteStep(
      name,
      { connection: args.connection, script: "web/policy", values: { POLICY: policy } },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
