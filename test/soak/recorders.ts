import { testedKind, testsStandIns } from "../e2e/kind";
import { recorderInterruptions } from "./recorderInterruptions";
import { recorderTargets } from "./recorderTargets";

/**
 * Recorders over hours: a target that is down for ten minutes, wrong or full, with a reboot meanwhile (Debian 12); and ten
 * interruptions of `pulumi up` over the life of recorders and of existing machines (Debian 13). `make soak-recorders` runs
 * both parts side by side, each with a cluster of its own. Prints a row for each case. Ends with code 1 where a case failed.
 *
 * Arguments choose parts. `interruptions 3-5` runs some of the ten.
 */
const parts = { targets: recorderTargets, interruptions: recorderInterruptions } as const;
type PartName = keyof typeof parts;
const isPart = (name: string): name is PartName => name in parts;

async function main(): Promise<void> {
  const [name, range] = process.argv.slice(2);
  if (name !== undefined && !isPart(name)) {
    throw new Error(`no such part: ${name}; there are ${Object.keys(parts).join(", ")}`);
  }
  if (!testsStandIns()) {
    console.log(`SKIPPED with ${testedKind()}, because it needs simulated participants`);
    return;
  }
  console.log("| case | took | found |\n| ---- | ---- | ----- |");
  const chosen = name === undefined ? Object.values(parts) : [parts[name]];
  const outcomes = await Promise.allSettled(chosen.map((part) => part(range)));
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") throw outcome.reason;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
