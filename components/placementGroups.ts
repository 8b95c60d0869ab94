import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../lib/plan/labels";
import { numericId } from "./numericId";
import { placementGroupCount } from "../lib/plan/placementPlan";
import { Component } from "./component";

export interface PlacementGroupsArgs {
  /** Numbers of the bridges. Plain, because they decide how many groups there are. */
  numbers: readonly number[];
  labels: Labels;
}

/** Spread placement groups: bridges of one group run on different machines, so that one failure takes one bridge. */
export class PlacementGroups extends Component {
  /** Ids of the groups, by number. */
  readonly ids: readonly pulumi.Output<number>[];

  constructor(name: string, args: PlacementGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("PlacementGroups", name, opts);
    const count = placementGroupCount(args.numbers);
    this.ids = Array.from({ length: count }, (_, index) =>
      numericId(
        new hcloud.PlacementGroup(
          `${name}-${index}`,
          { type: "spread", labels: args.labels },
          { parent: this },
        ),
      ),
    );
    this.registerOutputs({ ids: this.ids });
  }
}
