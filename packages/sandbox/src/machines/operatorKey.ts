import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyedQueue } from "../../../hcloud-simulator/src/keyedQueue";
import { run } from "../hosts/exec";

/** The private SSH key of the operator of a sandbox's machines. */
export const operatorKeyFile = (dir: string): string => join(dir, "operator", "id_ed25519");

/** By folder: a second ssh-keygen finds the file of the first one, and fails. */
const making = new KeyedQueue<string>();

/**
 * The public SSH key of the operator, who has ordered the machines. It is made at the first call. Calls may overlap.
 */
export function ensureOperatorKey(dir: string): Promise<string> {
  const file = operatorKeyFile(dir);
  return making.run(dir, async () => {
    if (!existsSync(`${file}.pub`)) {
      mkdirSync(join(dir, "operator"), { recursive: true, mode: 0o700 });
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "operator", "-f", file]);
    }
    return readFileSync(`${file}.pub`, "utf8").trim();
  });
}
