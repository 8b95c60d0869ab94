import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { TestCluster } from "../e2e/harness";
import { testedKind, testsStandIns } from "../e2e/kind";
import { tableHead } from "./measure";
import { parts, type Part } from "./peopleParts";

/**
 * Everything that changes which bridges there are, with people in the rooms; prints the table of docs/measurements.md.
 * Each part has a cluster of its own and takes five to nine minutes; `make soak-people`. Arguments choose parts.
 */
async function main(): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Error(
      `no such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`,
    );
  }
  if (!testsStandIns()) {
    for (const name of names) {
      console.log(`SKIPPED with ${testedKind()}, because it needs simulated participants: ${name}`);
    }
    console.log(`${names.length.toString()} skipped`);
    return;
  }
  console.log(tableHead);
  for (const name of names) {
    const part = parts[name];
    if (part !== undefined && !(await runs(name, part))) process.exitCode = 1;
  }
}

/** @returns whether it came to its end */
async function runs(name: string, { settings, run }: Part): Promise<boolean> {
  const cluster = await TestCluster.start("people");
  try {
    await cluster.configure({ ...demoConfig, drainTimeout: "20s", ...settings });
    await cluster.mustUp();
    await run(cluster);
    return true;
  } catch (error) {
    console.log(`FAILED in ${name}: ${String(error)}`);
    return false;
  } finally {
    await cluster.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
