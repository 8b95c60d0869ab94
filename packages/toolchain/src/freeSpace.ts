import { existsSync, mkdirSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Go } from "./go";

const gigabyte = 1e9;

/**
 * Measured disk space of a build: 0.4 GB for the binaries and, for a first build, 2.8 GB for
 * modules and 3 GB for compiled packages, plus temporary files of the linker.
 */
const neededForBinaries = 1 * gigabyte;
const neededForModules = 3.5 * gigabyte;
const neededForBuildCache = 4 * gigabyte;

/**
 * Checks the free disk space before a build, so that it does not fail after ten minutes.
 *
 * @throws Error with the free space, the needed space and the folders
 */
export async function checkFreeSpace(go: Go, cache: string): Promise<void> {
  const cold = !existsSync(join(go.modules, "github.com/pulumi/pulumi"));
  const needs = [
    { dir: cache, bytes: neededForBinaries },
    { dir: go.modules, bytes: cold ? neededForModules : 0 },
    { dir: go.buildCache, bytes: cold ? neededForBuildCache : 1 * gigabyte },
  ];
  // Folders on one file system share its free space.
  const systems = new Map<string, { dirs: string[]; needed: number; free: number }>();
  for (const { dir, bytes } of needs) {
    mkdirSync(dir, { recursive: true });
    const stats = await statfs(dir);
    const free = stats.bavail * stats.bsize;
    const key = `${stats.type}-${stats.blocks}-${stats.files}`;
    const system = systems.get(key) ?? { dirs: [], needed: 0, free };
    system.dirs.push(dir);
    system.needed += bytes;
    systems.set(key, system);
  }
  for (const { dirs, needed, free } of systems.values()) {
    if (free < needed) throw new Error(diskFull(dirs, needed, free));
  }
}

function diskFull(dirs: readonly string[], needed: number, free: number): string {
  const size = (bytes: number) => `${(bytes / gigabyte).toFixed(1)} GB`;
  return (
    `building the Pulumi toolchain needs ${size(needed)} of free disk, but only ${size(free)} are free ` +
    `(${dirs.join(", ")}): free some space, or set JITSI_HETZNER_CACHE, GOMODCACHE and GOCACHE to another disk`
  );
}
