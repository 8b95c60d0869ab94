import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { goCommand, type Go } from "./go";
import { checkFreeSpace } from "./freeSpace";
import { run, step as timed, type Log } from "./run";
import { buildSteps, stepKey, type BuildStep } from "./steps";

/**
 * A toolchain that is built from source: the folders of its binaries and the PULUMI_HOME that
 * contains all of them.
 */
export interface SourcePlan {
  readonly sourceDir: string;
  readonly home: string;
  readonly artifacts: readonly Artifact[];
}

/** The result of one build step. It is complete if its folder exists. */
interface Artifact {
  readonly step: BuildStep;
  readonly dir: string;
}

/**
 * Time limit for building one binary for the first time on a slow machine. On two cores the longest
 * took 7 minutes.
 */
const buildTimeout = 45 * 60_000;

/**
 * Plans the build of the sources in their current state.
 *
 * @param sourceDir the folder packages/toolchain of the checkout
 * @param cache folder of the binaries. Each is named after its own sources, so a change of one
 *   provider rebuilds only that provider.
 */
export function planSource(sourceDir: string, cache: string): SourcePlan {
  const artifacts = buildSteps.map((step) => ({
    step,
    dir: join(cache, "built", `${step.binary}-${stepKey(step, sourceDir)}`),
  }));
  const hash = createHash("sha256").update(artifacts.map(({ dir }) => dir).join("\0"));
  const home = join(cache, `home-${hash.digest("hex").slice(0, 16)}`);
  return { sourceDir, home, artifacts };
}

/** Whether all binaries are built and installed. */
export function isComplete(plan: SourcePlan): boolean {
  return plan.artifacts.every(
    ({ step, dir }) =>
      existsSync(dir) &&
      filesOf(dir).every((file) => existsSync(join(plan.home, step.folder, file))),
  );
}

/**
 * Builds the missing binaries and installs them. After an interruption it continues after the last
 * finished step.
 *
 * @throws Error with the remedy when Go is missing, the disk is full, or a build fails
 */
export async function buildSource(plan: SourcePlan, log: Log): Promise<void> {
  removeLeftovers(dirname(plan.home));
  const missing = plan.artifacts.filter(({ dir }) => !existsSync(dir));
  if (missing.length > 0) {
    const go = await goCommand();
    await checkFreeSpace(go, dirname(plan.home));
    for (const artifact of missing) await build(plan, artifact, go, log);
  }
  for (const { step, dir } of plan.artifacts) install(dir, join(plan.home, step.folder));
}

async function build(plan: SourcePlan, { step, dir }: Artifact, go: Go, log: Log): Promise<void> {
  const partial = `${dir}${partialMark}${process.pid}`;
  mkdirSync(partial, { recursive: true });
  await timed(`building ${step.binary}`, log, async () => {
    const flags = ["-trimpath", "-buildvcs=false", "-ldflags", step.ldflags];
    await run(go.command, ["build", ...flags, "-o", join(partial, step.binary), step.goPackage], {
      cwd: join(plan.sourceDir, step.module),
      env: go.env,
      timeout: buildTimeout,
    });
    if (step.describesItself) await describeItself(partial, step.binary);
  });
  if (existsSync(dir)) rmSync(partial, { recursive: true });
  else renameSync(partial, dir);
}

/**
 * Suffix of unfinished folders. The pid follows, so that two processes do not use the same folder.
 */
const partialMark = ".partial-";

/** Removes the unfinished folders of interrupted processes. */
function removeLeftovers(cache: string): void {
  const built = join(cache, "built");
  mkdirSync(built, { recursive: true });
  for (const name of readdirSync(built)) {
    const pid = Number(name.split(partialMark)[1]);
    if (pid && !isAlive(pid)) rmSync(join(built, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function describeItself(dir: string, binary: string): Promise<void> {
  const args = ["schema", "--out", dir, "--skip-docs", "--skip-examples"];
  await run(join(dir, binary), args, { timeout: 60_000 });
  rmSync(join(dir, "Pulumi.yaml"), { force: true });
}

/**
 * Links the files into PULUMI_HOME. Hard links, because the CLI looks for its plugins next to its
 * real path.
 */
function install(dir: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const file of filesOf(dir)) {
    const to = join(target, file);
    if (existsSync(to)) continue;
    try {
      linkSync(join(dir, file), to);
    } catch {
      // The file system does not support hard links.
      const partial = `${to}${partialMark}${process.pid}`;
      copyFileSync(join(dir, file), partial);
      renameSync(partial, to);
    }
  }
}

function filesOf(dir: string): string[] {
  return readdirSync(dir).sort();
}
