import * as pulumi from "@pulumi/pulumi";
import type { DeclaredBridge } from "../remote/script";
import { remoteStep, type Connection } from "./remoteStep";
import { Component } from "./component";

export interface AcceptanceArgs {
  /** Of the web host. */
  connection: pulumi.Input<Connection>;
  domain: string;
  /** Each of them has to be operational, by its nickname; others, which are leaving, may be there too. */
  bridges: pulumi.Input<DeclaredBridge[]>;
}

/**
 * The proof at the end of `up`: every declared bridge is operational in jicofo's eyes, and https answers. It runs
 * before any delete, when leaving bridges are still there, so it never compares counts; these stop taking people
 * then, all of them before the first is emptied. Red, it runs again at each `up`; green, only when a bridge or the
 * web host is another one.
 */
export class Acceptance extends Component {
  constructor(name: string, args: AcceptanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Acceptance", name, opts);
    const bridges = pulumi.output(args.bridges).apply((known) => JSON.stringify(known));
    remoteStep(
      name,
      {
        connection: args.connection,
        script: "web/accept",
        // By stdin, not by triggers: a changed count is an update in the preview, not a replacement.
        values: { DOMAIN: args.domain, BRIDGES: bridges },
      },
      // Children do not inherit what their component depends on.
      { parent: this, dependsOn: opts?.dependsOn },
    );
    this.registerOutputs({});
  }
}
