import { dirname } from "node:path";

/** The checkout: the folder of Pulumi.yaml. */
export const projectDir = dirname(__dirname);
