import { createInterface } from "node:readline/promises";
import { OperatorError } from "../lib/errors";

/**
 * Asks a question that only the whole word yes confirms. After any other answer it says that nothing was changed.
 *
 * @param withoutAsking the command for a script, for the error message
 * @throws OperatorError if there is no terminal
 */
export async function confirm(question: string, withoutAsking: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorError(`there is no terminal to ask at: ${withoutAsking}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`\n${question} Type yes: `);
  terminal.close();
  if (answer.trim() === "yes") return true;
  console.error("The answer was not yes: nothing was changed.");
  return false;
}
