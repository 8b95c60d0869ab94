import * as pulumi from "@pulumi/pulumi";
import { loopback } from "../lib/constants";
import { localBridgeNickname } from "../lib/plan/bridgeNames";
import type { LocalBridgePlan } from "../lib/plan/clusterPlan";
import {
  drainStep,
  filesStep,
  turnSteps,
  type BridgeProgram,
  type WebHostAccess,
} from "./bridgeSteps";
import { Component } from "./component";
import { localBridgeHeapMb } from "../lib/plan/heaps";
import { remoteStep } from "./remoteStep";
import type { WebHost } from "./webHost";

export interface LocalBridgeArgs {
  plan: LocalBridgePlan;
  /** The meeting domain. */
  domain: string;
  /** The host that it is on. */
  web: WebHostAccess & Pick<WebHost, "ready" | "memoryGb">;
  /** Largest heap that a bridge on a host of its own is asked to have, in MB; absent where none is asked for. */
  heapMb?: number;
  /** The last step of the bridge whose turn is before this one's; absent where there is none. */
  previous?: pulumi.Resource;
}

/**
 * A bridge on the web host itself, for small beginnings. It takes the steps of any other bridge; where those have a
 * host, it has a package, which is installed beside the web host's own and purged in the end.
 *
 * The change from it to bridge 0, and back, needs no order of its own: the engine makes and accepts what is new before
 * it deletes anything, and the drain is the first delete.
 */
export class LocalBridge extends Component {
  /** For people: local. */
  readonly displayName: string;
  /** MUC_NICKNAME and relay id. */
  readonly nickname: pulumi.Output<string>;
  /** The step that has put it into service, and whose delete is its drain. */
  readonly drain: pulumi.Resource;
  /** The step after which it is in service with its settings. */
  readonly settled: pulumi.Resource;
  /** Whether it stays, but takes nobody. */
  readonly draining: boolean;

  constructor(name: string, args: LocalBridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("LocalBridge", name, opts);
    const { plan, web } = args;
    this.displayName = plan.name;
    this.draining = plan.draining;
    this.nickname = web.server.id.apply(localBridgeNickname);
    const program: BridgeProgram = {
      domain: args.domain,
      web,
      displayName: this.displayName,
      nickname: this.nickname,
      connection: web.connection,
      restAddress: loopback,
      restHost: loopback,
      draining: this.draining,
      heapMb: web.memoryGb.apply((memoryGb) =>
        localBridgeHeapMb({ memoryGb, askedMb: args.heapMb }),
      ),
    };
    const bridgePackage = {
      connection: web.connection,
      script: "web/localBridge",
      values: { DOMAIN: args.domain, NICKNAME: this.nickname },
    } as const;
    // Two steps: of one, a delete that failed half way would leave a resource that stays as it is where the bridge is
    // declared again, and nothing would install what is gone.
    const removal = remoteStep(
      `${name}-removal`,
      { ...bridgePackage, onCreate: false, onDelete: "remove" },
      { parent: this, dependsOn: web.ready, deletedWith: web.server },
    );
    const installed = remoteStep(
      `${name}-package`,
      { ...bridgePackage, onCreate: "install" },
      { parent: this, dependsOn: [...web.ready, removal] },
    );
    const { files, hashes } = filesStep(name, program, {
      parent: this,
      dependsOn: [installed, web.account.ready],
    });
    // No triggers: with its server everything else of the cluster is replaced too, and nobody is left to be moved.
    this.drain = drainStep(name, program, { parent: this, dependsOn: files });
    this.settled = turnSteps(name, program, hashes, {
      parent: this,
      dependsOn: this.drain,
      previous: args.previous,
    });
    this.registerOutputs({ nickname: this.nickname });
  }
}
