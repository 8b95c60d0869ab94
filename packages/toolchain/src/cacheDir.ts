import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder for data that takes long to create and can be shared between checkouts: the toolchain,
 * the base file system of the sandbox's hosts, downloaded packages. `make down` does not remove it.
 *
 * JITSI_HETZNER_CACHE sets another folder. The default follows the XDG base directory rules.
 */
export function cacheDir(...parts: string[]): string {
  const root =
    process.env.JITSI_HETZNER_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "jitsi-hetzner");
  return join(root, ...parts);
}
