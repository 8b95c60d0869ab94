import * as pulumi from "@pulumi/pulumi";
import type { RecordingTarget } from "../lib/config/keys/recordings";
import { loopback } from "../lib/constants";
import type { LocalRecorderPlan } from "../lib/plan/clusterPlan";
import { localRecorderName } from "../lib/recorderNames";
import type { RecorderAccounts } from "./recorderAccounts";
import { RecorderProgram } from "./recorderProgram";
import { remoteStep } from "./remoteStep";
import type { WebHost } from "./webHost";

export interface LocalRecorderArgs {
  plan: LocalRecorderPlan;
  /** The meeting domain. */
  domain: string;
  /** The host that it runs on. */
  web: WebHost;
  accounts: RecorderAccounts;
  /** Where the files go. */
  target: RecordingTarget;
}

/**
 * A recorder on the web host itself, for small clusters. It has the steps of any other recorder. In the place of a host it
 * has packages, which are removed at the end. Recordings that are on the host stay there.
 */
export class LocalRecorder extends RecorderProgram {
  readonly nickname: pulumi.Output<string> = pulumi.output(localRecorderName);
  readonly address: pulumi.Output<string> = pulumi.output(loopback);
  readonly serve: pulumi.Resource;

  constructor(name: string, args: LocalRecorderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("LocalRecorder", name, args.plan, opts);
    const { domain, web, accounts, target } = args;
    // A step of its own, as for the local bridge: a delete that failed half way changes no other step.
    const removal = remoteStep(
      `${name}-removal`,
      {
        connection: web.connection,
        script: "jibri/remove",
        values: { NAME: this.displayName },
        onCreate: false,
        onDelete: "",
      },
      { parent: this, dependsOn: web.ready, deletedWith: web.server },
    );
    this.serve = this.putIntoService(
      {
        connection: web.connection,
        address: loopback,
        controlHost: loopback,
        domain,
        // It reaches prosody as any other.
        web,
        accounts,
        target,
      },
      // No triggers: with its server everything else of the cluster is replaced too.
      { after: [...web.configured, removal], reach: [web.ready, removal] },
    );
    this.registerOutputs({ nickname: this.nickname });
  }
}
