import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";

/** What the cluster's plan says of a bridge or a recorder. */
interface ProgramPlan {
  readonly name: string;
  readonly draining: boolean;
}

/** A bridge or a recorder: what jicofo gives work to, on whatever host it runs. */
export abstract class ClusterProgram extends Component {
  /** Its name in messages: jvb-0, local, jibri-0. */
  readonly displayName: string;
  /** Whether it stays, but out of service. */
  readonly draining: boolean;
  /** Its nickname in jicofo's room. For a bridge also its relay id. */
  abstract readonly nickname: pulumi.Output<string>;

  /** @param stepPrefix what the names of its steps begin with */
  protected constructor(
    className: string,
    protected readonly stepPrefix: string,
    plan: ProgramPlan,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(className, stepPrefix, opts);
    this.displayName = plan.name;
    this.draining = plan.draining;
  }
}
