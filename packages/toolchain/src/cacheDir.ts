import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for what is dear to make and safe to share between checkouts: the toolchain, the base
 * file system of the sandbox's hosts, downloaded packages. It outlives `make down`.
 *
 * JITSI_HETZNER_CACHE names another place; by default it follows the XDG base directory rules.
 */
export function cacheDir(...parts: string[]): string {
  const root =
    process.env.JITSI_HETZNER_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "jitsi-hetzner");
  return join(root, ...parts);
}
