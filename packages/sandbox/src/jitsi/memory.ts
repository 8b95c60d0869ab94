import { readFileSync } from "node:fs";

/** Memory of one Java program of Jitsi, in bytes: the default heap of the bridge and of jicofo. */
const bytesPerProgram = 3 * 1024 ** 3;

/** The smallest cluster has jicofo and one bridge. */
export const smallestCluster = 2;

/**
 * Why this machine has not enough memory for so many Java programs; undefined if it has.
 *
 * @param available in bytes. Default: what Linux can give to new programs without swapping.
 */
export function memoryProblem(
  programs: number,
  available: number = availableMemory(),
): string | undefined {
  const needed = programs * bytesPerProgram;
  if (available >= needed) return undefined;
  const inGigabytes = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
  return (
    `Jitsi's own packages need ${inGigabytes(needed)} GB of memory (3 GB for each of ${programs.toString()} Java programs), ` +
    `but ${inGigabytes(available)} GB are available`
  );
}

/** MemAvailable of proc(5), in bytes. */
function availableMemory(): number {
  const kilobytes = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
