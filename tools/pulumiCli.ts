import { spawn } from "node:child_process";
import { join } from "node:path";
import { OperatorError } from "../lib/errors";

const projectDir = join(__dirname, "..");

/** The output of a run of `pulumi`, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `pulumi` on the PATH, on one stack of this project. */
export class PulumiCli {
  /** @param stack by default the selected one */
  constructor(private readonly stack?: string) {}

  /** Runs it without a terminal. Any exit code is a result. @throws OperatorError if there is no pulumi */
  run(...args: string[]): Promise<Outcome> {
    return this.spawn([...args, "--non-interactive", "--color", "never"], "pipe");
  }

  /** Its stdout. @throws OperatorError with its output if it fails */
  async answer(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code === 0) return stdout;
    throw failure(args, stderr || stdout);
  }

  /** Writes `input` to its stdin. @throws OperatorError with its output if it fails */
  async take(input: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await this.spawn(
      [...args, "--non-interactive", "--color", "never"],
      "pipe",
      input,
    );
    if (code !== 0) throw failure(args, stderr || stdout);
  }

  /**
   * Runs it on this terminal. All its output goes to stderr, because the stdout of a command is for its result. Resolves to
   * its exit code. @throws OperatorError if there is no pulumi
   */
  async show(...args: string[]): Promise<number> {
    return (await this.spawn(args, "terminal")).code;
  }

  private spawn(
    args: readonly string[],
    output: "pipe" | "terminal",
    input?: string,
  ): Promise<Outcome> {
    const stack = this.stack === undefined ? [] : ["--stack", this.stack];
    return new Promise((resolve, reject) => {
      const child = spawn("pulumi", ["-C", projectDir, ...args, ...stack], {
        stdio:
          output === "terminal"
            ? ["inherit", process.stderr, process.stderr]
            : [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      });
      child.stdin?.end(input);
      const streams = { stdout: "", stderr: "" };
      child.stdout?.on("data", (chunk: Buffer) => (streams.stdout += chunk.toString()));
      child.stderr?.on("data", (chunk: Buffer) => (streams.stderr += chunk.toString()));
      child.on("error", (error: NodeJS.ErrnoException) => {
        reject(error.code === "ENOENT" ? noPulumi : error);
      });
      child.on("close", (code) => {
        resolve({ ...streams, code: code ?? 1 });
      });
    });
  }
}

function failure(args: readonly string[], said: string): OperatorError {
  return new OperatorError(`pulumi ${args.join(" ")} failed:\n${said.trim()}`);
}

const noPulumi = new OperatorError(
  "there is no pulumi on the PATH; `npm run -s toolchain` builds one and prints its path",
);
