import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Runs a program and returns its standard output.
 *
 * @throws Error with the command's name and the end of its error output
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], {
      ...options,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stderr?: string };
    if (failure.code === "ENOENT") {
      throw new Error(`${command} is not installed; \`make setup\` installs it`, { cause: error });
    }
    const words = failure.stderr?.trim().split("\n").slice(-10).join("\n") ?? failure.message;
    throw new Error(`${command} ${args.join(" ")} failed:\n${words}`, { cause: error });
  }
}
