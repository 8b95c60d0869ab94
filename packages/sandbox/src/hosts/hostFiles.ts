import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Writes a file of a host below `root` with exactly this mode. Missing folders get 0755. The umask
 * of the caller has no effect, because it must not reach the hosts.
 *
 * @param path absolute path on the host
 */
export function writeHostFile(root: string, path: string, text: string, mode = 0o644): void {
  const file = join(root, path);
  makeFolder(dirname(file));
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, mode);
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
  chmodSync(folder, 0o755);
}
