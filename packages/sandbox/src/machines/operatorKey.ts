import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../hosts/exec";

/** The private SSH key of the operator of a sandbox's machines. */
export const operatorKeyFile = (dir: string): string => join(dir, "operator", "id_ed25519");

/**
 * The public SSH key of the operator, who has ordered the machines. It is made at the first call.
 */
export async function ensureOperatorKey(dir: string): Promise<string> {
  const file = operatorKeyFile(dir);
  if (!existsSync(`${file}.pub`)) {
    mkdirSync(join(dir, "operator"), { recursive: true, mode: 0o700 });
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "operator", "-f", file]);
  }
  return readFileSync(`${file}.pub`, "utf8").trim();
}
