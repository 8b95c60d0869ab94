/** A case of a soak. */
export interface Case {
  readonly what: string;
  /** Resolves to what was found. @throws when that is not as it has to be */
  readonly run: () => Promise<string>;
}

/**
 * Runs cases in their order, and prints a row for each; the whole error of a failed one goes to stderr. A case that follows
 * a failed one can fail for the same reason.
 */
export async function runCases(cases: readonly Case[]): Promise<void> {
  for (const { what, run } of cases) {
    const begin = performance.now();
    const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
    try {
      const found = await run();
      console.log(`| ${what} | ${seconds()} | ${found} |`);
    } catch (error) {
      process.exitCode = 1;
      const [line = ""] = String(error).split("\n");
      console.log(`| ${what} | ${seconds()} | FAILED ${line} |`);
      console.error(error);
    }
  }
}
