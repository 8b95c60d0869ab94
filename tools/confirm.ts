import { createInterface } from "node:readline/promises";
import { OperatorError } from "../lib/errors";

/**
 * Asks a question that only the whole word yes answers.
 *
 * @param withoutAsking the command for a script, told where there is no terminal
 * @throws OperatorError where nobody can be asked
 */
export async function confirm(question: string, withoutAsking: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorError(`nobody can be asked here: ${withoutAsking}`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`\n${question} Type yes: `);
  terminal.close();
  return answer.trim() === "yes";
}
