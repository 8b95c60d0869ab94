import * as pulumi from "@pulumi/pulumi";
import { Bridge, type BridgeSettings } from "./bridge";
import type { BridgePlan } from "../lib/plan/clusterPlan";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface BridgePoolArgs {
  /** The bridges to have. Plain, because it decides which resources exist. */
  plan: readonly BridgePlan[];
  settings: BridgeSettings;
  /** Labels of the objects of a bridge, by its number. */
  labels: (index: number) => Labels;
  /** Ids of the placement groups, by number. */
  placementGroupIds: readonly pulumi.Input<number>[];
}

/** All bridges. They are made side by side; changed settings and new servers reach them one after the other. */
export class BridgePool extends Component {
  readonly bridges: readonly Bridge[];

  constructor(name: string, args: BridgePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BridgePool", name, opts);
    const bridges: Bridge[] = [];
    let lastRolled: pulumi.Resource | undefined;
    for (const plan of args.plan) {
      const placementGroupId = args.placementGroupIds[plan.placementGroup];
      if (placementGroupId === undefined) {
        throw new Error(`${plan.name} needs placement group ${plan.placementGroup}; there is none`);
      }
      bridges.push(
        new Bridge(
          `${name}-${plan.index}`,
          {
            plan,
            settings: args.settings,
            labels: args.labels(plan.index),
            placementGroupId,
            previous: bridges.at(-1),
            roll: plan.rolled ? { after: lastRolled } : undefined,
          },
          { parent: this },
        ),
      );
      // Its drain was the end of its old server, and by then the new one was in service.
      if (plan.rolled) lastRolled = bridges.at(-1)?.drain;
    }
    this.bridges = bridges;
    this.registerOutputs({});
  }
}
