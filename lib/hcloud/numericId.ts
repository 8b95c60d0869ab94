import * as pulumi from "@pulumi/pulumi";

/** A resource's id as the number that Hetzner's API takes; Pulumi's ids are text. */
export function numericId(resource: pulumi.CustomResource): pulumi.Output<number> {
  return resource.id.apply(Number);
}
