import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { numericId } from "../lib/hcloud/numericId";
import type { Labels } from "../lib/plan/labels";
import { Component } from "./component";

export interface PlacementGroupsArgs {
  /** How many there are for bridges. Plain, because it decides which resources exist. */
  count: number;
  labels: Labels;
  /** The same for recorders. */
  recorders: { count: number; labels: Labels };
}

/**
 * Spread placement groups. The hosts of a group run on different machines, so that one failure affects one bridge or one
 * recorder. Both have the groups of this component, which always stays: see `RecorderArgs.hostParent`.
 */
export class PlacementGroups extends Component {
  /** Ids of the groups, by number. */
  readonly ids: readonly pulumi.Output<number>[];
  /** Those of the recorders. */
  readonly recorderIds: readonly pulumi.Output<number>[];

  constructor(name: string, args: PlacementGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("PlacementGroups", name, opts);
    this.ids = this.groups(name, args);
    this.recorderIds = this.groups(`${name}-jibri`, args.recorders);
    this.registerOutputs({ ids: this.ids });
  }

  private groups(
    prefix: string,
    { count, labels }: Pick<PlacementGroupsArgs, "count" | "labels">,
  ): pulumi.Output<number>[] {
    return Array.from({ length: count }, (_, index) =>
      numericId(
        new hcloud.PlacementGroup(
          `${prefix}-${index}`,
          { type: "spread", labels },
          { parent: this },
        ),
      ),
    );
  }
}
