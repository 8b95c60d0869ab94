import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * The folder for data that takes long to create and can be shared between checkouts: the toolchain,
 * the base file system of the sandbox's hosts, downloaded packages. `make down` does not remove it.
 *
 * JITSI_HETZNER_CACHE sets another folder. The default follows the XDG base directory rules, by which an empty or relative
 * XDG_CACHE_HOME counts as unset. Always absolute, because programs run in other folders.
 */
export function cacheDir(...parts: string[]): string {
  const { JITSI_HETZNER_CACHE: own = "", XDG_CACHE_HOME: xdg = "" } = process.env;
  if (own !== "") return resolve(own, ...parts);
  const root = isAbsolute(xdg) ? xdg : join(homedir(), ".cache");
  return join(root, "jitsi-hetzner", ...parts);
}
