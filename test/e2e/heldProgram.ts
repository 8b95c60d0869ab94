import { spawn } from "node:child_process";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";

/** A program of this machine that holds something until it is told to let go. */
export interface HeldProgram {
  /** Tells it. Resolves to what it printed. @throws when it failed */
  end(): Promise<string>;
}

/** What the program prints first, on a line of its own, once it has what it holds. */
const ready = "ready\n";

/**
 * Starts a Python program and waits until it is ready. It lets go when its standard input ends.
 *
 * @param args of python3
 * @throws when it ends before
 */
export async function holdByProgram(args: readonly string[]): Promise<HeldProgram> {
  const child = spawn("python3", args, { stdio: ["pipe", "pipe", "pipe"], timeout: 600_000 });
  let [stdout, stderr] = ["", ""];
  let code: number | undefined;
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  // It may have ended by itself.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => (stderr += error.message));
    child.on("close", (exitCode) => {
      code = exitCode ?? 255;
      resolve();
    });
  });
  const failed = (): Error => new Error(`python3 ${args.join(" ")}: ${stdout}${stderr}`);
  const isDecided = (): boolean => stdout.startsWith(ready) || code !== undefined;
  await waitUntil("the program is ready", isDecided, 60_000);
  if (!stdout.startsWith(ready)) throw failed();
  return {
    end: async () => {
      child.stdin.end();
      await ended;
      if (code !== 0) throw failed();
      return stdout.slice(ready.length);
    },
  };
}
