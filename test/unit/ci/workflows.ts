import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parse } from "yaml";

export const root = join(__dirname, "../../..");

export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly if?: string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

export interface Workflow {
  readonly on: unknown;
  readonly permissions: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly jobs: Readonly<Record<string, Job>>;
}

export const workflow = (name: string): Workflow =>
  parse(readFileSync(join(root, ".github/workflows", `${name}.yml`), "utf8")) as Workflow;

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** What the step called of the stubbed programs, a line each. */
  readonly calls: readonly string[];
  readonly stepOutputs: string;
}

/**
 * Runs a step's shell text as it stands, as GitHub's runner does, in a folder that has the project's `ci/`.
 *
 * @param stubs program name to the bash text that stands for it; its call is recorded
 */
export function runStep(
  dir: string,
  { workflow: name, job, step }: { workflow: string; job: string; step: string },
  stubs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Ran {
  const text = workflow(name).jobs[job]?.steps.find((found) => found.name === step)?.run;
  if (text === undefined) throw new Error(`${name}.yml has no step ${step} in the job ${job}`);
  return runText(dir, text, stubs, env);
}

/** Runs any shell text in that way. */
export function runText(
  dir: string,
  text: string,
  stubs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Ran {
  const bin = join(dir, "bin");
  const files = {
    calls: join(dir, "calls"),
    summary: join(dir, "summary"),
    outputs: join(dir, "outputs"),
  };
  for (const file of Object.values(files)) writeFileSync(file, "");
  mkdirSync(bin, { recursive: true });
  for (const [program, body] of Object.entries(stubs)) {
    const file = join(bin, program);
    writeFileSync(file, `#!/bin/bash\necho "${program} $*" >>"$CALLS"\n${body}\n`);
    chmodSync(file, 0o755);
  }
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", text],
    {
      cwd: dir,
      encoding: "utf8",
      env: {
        PATH: [bin, process.env.PATH].join(delimiter),
        HOME: dir,
        CALLS: files.calls,
        GITHUB_STEP_SUMMARY: files.summary,
        GITHUB_OUTPUT: files.outputs,
        GITHUB_REPOSITORY: "o/r",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_RUN_ID: "7",
        RUNNER_TEMP: dir,
        ...env,
      },
    },
  );
  const lines = readFileSync(files.calls, "utf8").split("\n").filter(Boolean);
  return {
    code: status,
    output: stdout + stderr,
    calls: lines,
    stepOutputs: readFileSync(files.outputs, "utf8"),
  };
}
