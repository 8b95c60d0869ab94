import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { numericId } from "../lib/hcloud/numericId";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface PlacementGroupsArgs {
  /** How many there are. Plain, because it decides which resources exist. */
  count: number;
  labels: Labels;
}

/** Spread placement groups. The bridges of a group run on different machines, so that one failure affects one bridge. */
export class PlacementGroups extends Component {
  /** Ids of the groups, by number. */
  readonly ids: readonly pulumi.Output<number>[];

  constructor(name: string, args: PlacementGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("PlacementGroups", name, opts);
    this.ids = Array.from({ length: args.count }, (_, index) =>
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
