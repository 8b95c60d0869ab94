import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { format } from "prettier";

import { projectDir } from "../projectDir";

import { simulatorPage } from "./simulatorPage";

/** Path of the generated page. */
const path = join(projectDir, "docs/simulator.md");

/**
 * Writes docs/simulator.md. With `--check` it only checks, by its exit code, that the page is up to
 * date.
 */
async function main(check: boolean): Promise<void> {
  // Formatted like the rest of the repository.
  const page = await format(simulatorPage(), { parser: "markdown", printWidth: 100 });
  if (!check) {
    writeFileSync(path, page);
    return;
  }
  if (readFileSync(path, "utf8") === page) return;
  console.error(`${path} is out of date; run: make reference`);
  process.exitCode = 1;
}

main(process.argv.includes("--check")).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
