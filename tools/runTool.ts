import { ApiError, UnreachableError } from "../preflight/hcloudApi";
import { OperatorProblem } from "./operatorProblem";

/** An error of the world, not of the tool: its message is all that a person needs. */
export function isExpected(error: unknown): error is Error {
  return [OperatorProblem, ApiError, UnreachableError].some((kind) => error instanceof kind);
}

/**
 * Runs a tool's main function on this process's arguments.
 *
 * @param name for the message of an error
 * @param failure exit code where it throws
 */
export function runTool(
  name: string,
  main: (args: readonly string[]) => Promise<number>,
  failure: number,
): void {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(isExpected(error) ? `${name}: ${error.message}` : error);
      process.exitCode = failure;
    },
  );
}
