import { join } from "node:path";

/** The checkout: the folder of Pulumi.yaml. */
export const projectDir = join(__dirname, "../../..");
