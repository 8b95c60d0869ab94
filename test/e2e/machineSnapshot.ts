import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestCluster } from "./harness";
import { machineNft } from "./machineNft";

const program = readFileSync(join(__dirname, "programs/machine_snapshot.py"), "utf8");

/**
 * What a machine has: packages, users, groups, units, files with their hashes, listening ports, and rules of its
 * packet filter. Lists of lines by part.
 */
export type MachineSnapshot = Readonly<Record<string, readonly string[]>>;

/** Reads a machine through its console, without SSH; the machine must run. */
export async function snapshotOf(cluster: TestCluster, name: string): Promise<MachineSnapshot> {
  const read = await cluster.mustOnHost(name, `python3 - <<'SNAPSHOT'\n${program}\nSNAPSHOT`);
  // Without counters of rules and sets.
  const rules = await machineNft(cluster, name, ["--stateless", "list", "ruleset"]);
  return { ...(JSON.parse(read) as MachineSnapshot), firewall: rules.trim().split("\n") };
}

/** The lines that only one of two snapshots has: `- users: ...` was there before, `+ users: ...` came. */
export function differences(before: MachineSnapshot, after: MachineSnapshot): string[] {
  const parts = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return parts.flatMap((part) => {
    const [old, now] = [before[part] ?? [], after[part] ?? []];
    const [known, found] = [new Set(old), new Set(now)];
    return [
      ...old.filter((line) => !found.has(line)).map((line) => `- ${part}: ${line}`),
      ...now.filter((line) => !known.has(line)).map((line) => `+ ${part}: ${line}`),
    ];
  });
}
