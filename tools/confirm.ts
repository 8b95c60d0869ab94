import { createInterface } from "node:readline/promises";
import { OperatorError } from "../lib/errors";

/**
 * Asks a question that only the whole word yes confirms. Any other answer is told that nothing was changed.
 *
 * @param withoutAsking the command for a script, shown where there is no terminal
 * @throws OperatorError where nobody can be asked
 */
export async function confirm(question: string, withoutAsking: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorError(`nobody can be asked here: ${withoutAsking}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`\n${question} Type yes: `);
  terminal.close();
  if (answer.trim() === "yes") return true;
  console.error("The answer was not yes: nothing was changed.");
  return false;
}
