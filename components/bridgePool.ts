import * as pulumi from "@pulumi/pulumi";
import type { BridgePlan } from "../lib/plan/clusterPlan";
import type { Labels } from "../lib/plan/labels";
import { Bridge, type SharedBridgeArgs } from "./bridge";
import { Component } from "./component";

export interface BridgePoolArgs extends SharedBridgeArgs {
  /** The bridges to have. Plain, because it decides which resources exist. */
  plan: readonly BridgePlan[];
  /** Labels of the objects of a bridge, by its number. */
  labels: (index: number) => Labels;
  /** Ids of the placement groups, by number. Each group that the plan names must be there. */
  placementGroupIds: readonly pulumi.Input<number>[];
}

/** All bridges with a host of their own. They are created side by side, but replaced one after the other. */
export class BridgePool extends Component {
  readonly bridges: readonly Bridge[];

  constructor(name: string, args: BridgePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("BridgePool", name, opts);
    const { plan: plans, labels, placementGroupIds, ...shared } = args;
    const bridges: Bridge[] = [];
    let lastRolled: pulumi.Resource | undefined;
    for (const plan of plans) {
      const { index, placementGroup } = plan;
      const placementGroupId = placementGroupIds[placementGroup];
      if (placementGroupId === undefined) {
        throw this.argumentError(
          `placementGroupIds[${placementGroup}]`,
          `is missing, but ${plan.name} belongs to placement group ${placementGroup}`,
        );
      }
      const bridge = new Bridge(
        `${name}-${index}`,
        {
          ...shared,
          plan,
          labels: labels(index),
          placementGroupId,
          roll: plan.rolled ? { after: lastRolled } : undefined,
        },
        { parent: this },
      );
      bridges.push(bridge);
      // The drain step of a replaced bridge completes only after its successor is in service.
      if (plan.rolled) lastRolled = bridge.drain;
    }
    this.bridges = bridges;
    this.registerOutputs({});
  }
}
