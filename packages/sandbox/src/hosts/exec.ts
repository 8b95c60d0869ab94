import { spawn } from "node:child_process";

export interface RunOptions {
  /** Standard input of the command. Default: empty. */
  readonly input?: string;
  /** The command is killed after this time, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
  /** Called with each piece of output (both streams), for progress messages. */
  readonly onOutput?: (text: string) => void;
}

/**
 * A command of the machine failed. The message contains the command, its exit code and its error
 * output.
 */
export class CommandError extends Error {
  constructor(
    readonly command: string,
    readonly code: number | null,
    readonly stderr: string,
  ) {
    const output = stderr.trim() === "" ? "no output" : stderr.trim().slice(-2000);
    super(
      `${command} ended with code ${code === null ? "none (signal or timeout)" : code}: ${output}`,
    );
    this.name = "CommandError";
  }
}

/**
 * Runs a command of the machine without a shell and returns its standard output.
 *
 * @throws CommandError when it cannot be started, ends with a code other than 0, or takes too long
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const shown = [command, ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? 60_000);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onOutput?.(text);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new CommandError(shown, null, error.message));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else reject(new CommandError(shown, code, stderr || stdout));
    });
    // A command that ends without reading its input breaks the pipe. Its exit code is reported
    // instead.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/**
 * Whether a command ends with code 0. Only for commands whose failure is an answer and not an
 * error.
 */
export async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/**
 * Waits until `condition` is true, checking every `everyMs` (default 50).
 *
 * @throws Error with `what` when it is not true within `timeoutMs`
 */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 50,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() >= end)
      throw new Error(`timed out after ${timeoutMs} ms, waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
