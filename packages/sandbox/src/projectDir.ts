import { join } from "node:path";

/** The root folder of the checkout, with Pulumi.yaml. */
export const projectDir = join(__dirname, "../../..");
