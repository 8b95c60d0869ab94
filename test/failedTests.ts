import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** The part of the JSON report of jest that tells what failed. */
export interface JestReport {
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly status: string;
    /** Why the file could not be loaded, if so. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * What failed in a run of jest, a line each: the file, the test, and the first line of why.
 *
 * @param root folder that files are named from
 */
export function failedTests({ testResults }: JestReport, root: string): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (failed.length === 0) {
      return status === "failed" ? [`${file}: ${firstLine(message)}`] : [];
    }
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${file}: ${fullName}: ${firstLine(failureMessages.join("\n"))}`,
    );
  });
}

function firstLine(text: string): string {
  const lines = stripVTControlCharacters(text).split("\n");
  return lines.map((line) => line.trim()).find((line) => line !== "") ?? "";
}
