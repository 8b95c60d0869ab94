import * as pulumi from "@pulumi/pulumi";
import { localBridgeNickname } from "../lib/bridgeNames";
import type { BridgeProgramSettings } from "../lib/config/keys/programs";
import { loopback } from "../lib/constants";
import type { LocalBridgePlan } from "../lib/plan/clusterPlan";
import { localBridgeHeapMb } from "../lib/plan/heaps";
import type { BridgeWithSettings } from "../remote/program/contract";
import { remoteStep } from "./remoteStep";
import { Videobridge, type BridgeWebHost } from "./videobridge";
import type { WebHost } from "./webHost";

export interface LocalBridgeArgs {
  plan: LocalBridgePlan;
  /** The meeting domain. */
  domain: string;
  /** The host that it runs on. */
  web: BridgeWebHost & Pick<WebHost, "ready" | "memoryGb" | "ipv4" | "ipv6">;
  /** Settings of the program, as for bridges with a host of their own. */
  program: BridgeProgramSettings;
}

/**
 * A bridge on the web host itself, for small clusters. It has the steps of any other bridge. In the place of a host it
 * has a package, which is installed beside the web host's own packages, and purged at the end.
 *
 * The change from it to bridge 0, and back, needs no order of its own: the engine creates and accepts what is new before
 * it deletes anything, and the drain is the first delete.
 */
export class LocalBridge extends Videobridge {
  readonly nickname: pulumi.Output<string>;
  readonly ipv4: pulumi.Output<string>;
  readonly ipv6: pulumi.Output<string>;
  readonly drain: pulumi.Resource;
  readonly restarting: pulumi.Output<BridgeWithSettings>;

  constructor(name: string, args: LocalBridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("LocalBridge", name, args.plan, opts);
    const { web, domain } = args;
    this.nickname = web.server.id.apply(localBridgeNickname);
    this.ipv4 = web.ipv4;
    this.ipv6 = web.ipv6;
    const installed = this.installPackage(name, args);
    const { drain, restarting } = this.putIntoService(
      {
        connection: web.connection,
        restAddress: loopback,
        restHost: loopback,
        domain,
        web,
        settings: web.memoryGb.apply((memoryGb) => ({
          ...args.program,
          bridgeHeapMb: localBridgeHeapMb({ memoryGb, askedMb: args.program.bridgeHeapMb }),
        })),
      },
      // No triggers: with its server everything else of the cluster is replaced too, and no participant is left to move.
      { filesAfter: [installed, web.account.ready] },
    );
    this.drain = drain;
    this.restarting = restarting;
    this.registerOutputs({ nickname: this.nickname });
  }

  /**
   * Two steps, one for the install and one for the removal. With a single step, a delete that failed half way would
   * leave a resource that a new declaration does not change, and nothing would install what is gone.
   *
   * @returns the step that has installed the package
   */
  private installPackage(name: string, { domain, web }: LocalBridgeArgs): pulumi.Resource {
    const bridgePackage = {
      connection: web.connection,
      script: "web/localBridge",
      values: { DOMAIN: domain, NICKNAME: this.nickname },
    } as const;
    const removal = remoteStep(
      `${name}-removal`,
      { ...bridgePackage, onCreate: false, onDelete: "remove" },
      { parent: this, dependsOn: web.ready, deletedWith: web.server },
    );
    return remoteStep(
      `${name}-package`,
      { ...bridgePackage, onCreate: "install" },
      { parent: this, dependsOn: [web.ready, removal] },
    );
  }
}
