import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Writes a progress line. Goes to stderr, because stdout is for results. */
export type Log = (line: string) => void;

/** An error that the user can act on. It is shown without a stack trace. */
export class UserError extends Error {}

/** A table with aligned columns. The first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * Runs a program on this terminal. Resolves to its exit code, which for a signal is 128 plus its
 * number, like in a shell.
 */
export function runInteractive(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** Measures the duration of steps and logs it. */
export class Stopwatch {
  private readonly laps: [string, number][] = [];

  constructor(private readonly log: Log) {}

  async lap<T>(name: string, step: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    const result = await step();
    const seconds = (performance.now() - begin) / 1000;
    this.laps.push([name, seconds]);
    this.log(`${name}: ${seconds.toFixed(1)} s`);
    return result;
  }

  summary(): string {
    const total = this.laps.reduce((sum, [, seconds]) => sum + seconds, 0);
    return table(
      [...this.laps, ["all", total] as [string, number]].map(([name, seconds]) => [
        name,
        `${seconds.toFixed(1).padStart(6)} s`,
      ]),
    );
  }
}
