import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * Random bytes as base64, made once and then the same. Secret.
 *
 * Not of a RandomBytes: the id of such a resource is its value, and ids stand in the state, in its history and in
 * detailed previews in clear. A RandomPassword has none; 64 letters and digits are 381 bits, more than any key here
 * needs.
 */
export function secretSeed(
  name: string,
  bytes: number,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const text = new random.RandomPassword(name, { length: 64, special: false }, opts);
  return pulumi
    .secret(text.result)
    .apply((result) =>
      createHash("sha512").update(result).digest().subarray(0, bytes).toString("base64"),
    );
}
