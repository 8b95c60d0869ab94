import { spawn } from "node:child_process";

/** Writes one line for the operator. */
export type Log = (line: string) => void;

/** Options of a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The command is killed and fails after this time, in milliseconds. */
  readonly timeout: number;
}

/** Number of characters of a failed command's output in the error. */
const tailLength = 3000;

/**
 * Runs a command and returns its standard output.
 *
 * @throws Error with the end of its output when it cannot start, fails or takes too long
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let both = "";
    const keep = (text: string) => (both = (both + text).slice(-tailLength));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      keep(text);
    });
    child.stderr.setEncoding("utf8").on("data", keep);
    const title = [command, ...args].join(" ");
    const fail = (reason: string) => {
      reject(new Error(`${title} ${reason}\n${both.trim()}`.trim()));
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      // Child processes of the command can keep the output open; do not wait for them.
      child.stdout.destroy();
      child.stderr.destroy();
      fail(`took longer than ${seconds(options.timeout)}`);
    }, options.timeout);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot run ${title}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(stdout);
      else fail(`ended with ${signal ?? `code ${String(code)}`}`);
    });
  });
}

/** Interval of progress messages of a long step. */
const reportEvery = 15_000;

/** Runs a step. Logs its start, its duration and, meanwhile, that it still runs. */
export async function step<T>(title: string, log: Log, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  log(`${title} ...`);
  const timer = setInterval(() => {
    log(`${title} ... ${seconds(Date.now() - start)}`);
  }, reportEvery);
  try {
    const result = await work();
    log(`${title}: done in ${seconds(Date.now() - start)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** 75_000 -> "1 min 15 s". */
export function seconds(milliseconds: number): string {
  const total = Math.round(milliseconds / 1000);
  const minutes = Math.floor(total / 60);
  return minutes === 0 ? `${total} s` : `${minutes} min ${total % 60} s`;
}
