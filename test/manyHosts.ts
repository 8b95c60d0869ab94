import { readFileSync, writeFileSync } from "node:fs";

const setting = "/proc/sys/fs/inotify/max_user_instances";
/** Enough for 21 hosts and the machine's own programs, several times. */
const instances = 1024;

/**
 * A host takes about seven inotify instances, and the kernel's default of 128 is for all of root's programs: some
 * fifteen hosts. The setting is put back afterwards.
 */
export async function withManyHosts<T>(work: () => Promise<T>): Promise<T> {
  const before = readFileSync(setting, "utf8").trim();
  writeFileSync(setting, Math.max(Number(before), instances).toString());
  try {
    return await work();
  } finally {
    writeFileSync(setting, before);
  }
}
