import * as pulumi from "@pulumi/pulumi";
import type { DeclaredBridge, DeclaredRecorder } from "../remote/program/contract";
import { Component } from "./component";
import type { Connection } from "./connection";
import { typedStep } from "./remoteStep";

export interface AcceptanceArgs {
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  domain: string;
  /** Each of them has to be operational. Leaving bridges may be there too. */
  bridges: pulumi.Input<DeclaredBridge[]>;
  /** Each of them has to be in jicofo's room, and healthy. */
  recorders: pulumi.Input<DeclaredRecorder[]>;
}

/**
 * The acceptance at the end of `up`: jicofo reports every declared bridge as operational, and https answers. It runs before
 * any delete, when leaving bridges are still there, so it never compares counts. It also stops leaving bridges from taking
 * participants, all of them before the first drain begins. If it fails, it runs again at each `up`. If it succeeds, it runs
 * again only with another bridge or another web host.
 */
export class Acceptance extends Component {
  constructor(name: string, args: AcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Acceptance", name, opts);
    const { connection, domain, bridges, recorders } = args;
    typedStep<"accept">(
      name,
      {
        connection,
        onCreate: "accept",
        // Over stdin, not as a trigger: a changed count is then an update in the preview, not a replacement.
        input: pulumi.output({ domain, bridges, recorders }),
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
