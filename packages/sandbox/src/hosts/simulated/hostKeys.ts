import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../exec";

/** The private host key that cloud-init takes from user data; undefined when the user data has none. */
export function keyOfUserData(userData: string): string | undefined {
  const document = parse(userData) as { ssh_keys?: { ecdsa_private?: unknown } } | null;
  const key = document?.ssh_keys?.ecdsa_private;
  return typeof key === "string" ? key : undefined;
}

export interface HostKey {
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA...`, without a comment. */
  readonly publicKey: string;
}

/** A new ed25519 pair. Not ssh2's own generator: it writes 3 of 1,000 private keys in a form that nothing can read. */
export async function newHostKey(): Promise<HostKey> {
  const folder = mkdtempSync(join(tmpdir(), "host-key-"));
  try {
    const file = join(folder, "key");
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
    return {
      privateKey: readFileSync(file, "utf8"),
      publicKey: readFileSync(`${file}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" "),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
