import { spawn } from "node:child_process";

/** Takes one line for the operator. */
export type Log = (line: string) => void;

/** What a command needs beside its arguments. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is ended and has failed. */
  readonly timeout: number;
}

/** How much of a failed command's output goes into the error. */
const tailLength = 3000;

/**
 * Runs a command to its end and returns its standard output.
 * @throws when it cannot start, fails or takes too long; the error holds the end of its output.
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
      // Its own children may hold the output open; they are not waited for.
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

/** How often a long step says that it is still at work. */
const reportEvery = 15_000;

/** Does a step, says how long it took, and while it lasts that it is still at work. */
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
