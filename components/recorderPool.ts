import * as pulumi from "@pulumi/pulumi";
import type { RecorderPlan } from "../lib/plan/clusterPlan";
import type { Labels } from "../lib/plan/labels";
import { Recorder, type SharedRecorderArgs } from "./recorder";

export interface RecorderPoolArgs extends SharedRecorderArgs {
  /** The recorders to have. Plain, because it decides which resources exist. */
  plan: readonly RecorderPlan[];
  /** Labels of the objects of a recorder, by its number. */
  labels: (index: number) => Labels;
  /** Ids of the placement groups, by number. Each group that the plan names must be there. */
  placementGroupIds: readonly pulumi.Input<number>[];
}

/**
 * All recorders with a host of their own, side by side. No component of its own: see `RecorderArgs.hostParent`.
 *
 * @param parent of all of them, which stays when they go
 */
export function recorderPool(
  name: string,
  { plan: plans, labels, placementGroupIds, ...shared }: RecorderPoolArgs,
  parent: pulumi.Resource,
): readonly Recorder[] {
  return plans.map((plan) => {
    const { index, placementGroup } = plan;
    const placementGroupId = placementGroupIds[placementGroup];
    if (placementGroupId === undefined) {
      throw new pulumi.InputPropertyError({
        propertyPath: `placementGroupIds[${placementGroup}]`,
        reason: `${name}: the argument placementGroupIds[${placementGroup}] is missing, but ${plan.name} belongs to placement group ${placementGroup}`,
      });
    }
    return new Recorder(
      `${name}-${index}`,
      { ...shared, plan, labels: labels(index), placementGroupId, hostParent: parent },
      { parent },
    );
  });
}
