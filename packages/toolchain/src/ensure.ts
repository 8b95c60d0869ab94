import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { cacheDir } from "./cacheDir";
import { findExecutable } from "./go";
import { withLock } from "./lock";
import { hasPlugin, installLauncher, isUsable, type OfficialCli } from "./official";
import type { Log } from "./run";
import { buildSource, isComplete, planSource, type SourcePlan } from "./source";
import { builtPulumiVersion, launcherVersion, plugins } from "./versions";

/** A `pulumi` that works for this project. */
export interface Toolchain {
  /** Absolute path of the folder with the CLI, for the PATH. */
  readonly pulumi: string;
  /** PULUMI_HOME, with the plugins. */
  readonly pulumiHome: string;
  /** Source of the CLI: found on the PATH, the official npm launcher, or built from source. */
  readonly way: "path" | "npm" | "source";
}

/** Folder of the Go modules. */
const sourceDir = join(__dirname, "..");

/** The last decision, and its input. */
interface Decision {
  readonly pathCli: string;
  readonly toolchain: Toolchain;
}

/**
 * Returns a working `pulumi` for this project. If none is known (this check takes well under a
 * second), it tries in this order: a CLI on the PATH that is new enough and whose plugins can be
 * installed; the official npm launcher and its downloads; a build from the Go module proxy, once,
 * kept in the cache.
 *
 * @param options.log called with progress messages and, if something was built, with one line that
 *   names the source
 * @throws Error with the remedy when there is no toolchain
 */
export async function ensureToolchain({ log }: { readonly log: Log }): Promise<Toolchain> {
  const { toolchain, isNew } = await findOrMake(log);
  if (isNew) log(describe(toolchain));
  return toolchain;
}

/** The toolchain that `ensureToolchain` would return, if it exists already. Never builds one. */
export function knownToolchain(): Toolchain | undefined {
  const cache = cacheDir("toolchain");
  return recall(planSource(sourceDir, cache), cliOnPath(cache));
}

async function findOrMake(log: Log): Promise<{ toolchain: Toolchain; isNew: boolean }> {
  const cache = cacheDir("toolchain");
  const plan = planSource(sourceDir, cache);
  const pathCli = cliOnPath(cache);
  const known = recall(plan, pathCli);
  if (known) return { toolchain: known, isNew: false };
  return withLock(cache, log, async () => {
    const made = recall(plan, pathCli);
    if (made) return { toolchain: made, isNew: false };
    const toolchain = await make(plan, cache, pathCli, log);
    remember(plan, { pathCli: identity(pathCli), toolchain });
    return { toolchain, isNew: true };
  });
}

async function make(
  plan: SourcePlan,
  cache: string,
  pathCli: OfficialCli | undefined,
  log: Log,
): Promise<Toolchain> {
  if (pathCli && (await isUsable(pathCli, log))) return official(pathCli, "path");
  const launched = await installLauncher(join(cache, `npm-${launcherVersion}`), log);
  if (launched && (await isUsable(launched, log))) return official(launched, "npm");
  await buildSource(plan, log);
  return { pulumi: join(plan.home, "bin"), pulumiHome: plan.home, way: "source" };
}

function official(cli: OfficialCli, way: "path" | "npm"): Toolchain {
  return { pulumi: dirname(cli.binary), pulumiHome: cli.pulumiHome, way };
}

/** One line that describes a toolchain. */
export function describe({ pulumi, way }: Toolchain): string {
  switch (way) {
    case "path":
      return `toolchain: the Pulumi CLI on the PATH (${pulumi})`;
    case "npm":
      return `toolchain: the official Pulumi CLI ${launcherVersion} from the npm launcher (${pulumi})`;
    case "source":
      return `toolchain: Pulumi CLI ${builtPulumiVersion} and plugins built from source (${pulumi})`;
    default:
      return way satisfies never;
  }
}

/**
 * The operator's own CLI. A CLI in the project's cache (a sandbox shell has it on its PATH) does
 * not count.
 */
function cliOnPath(cache: string): OfficialCli | undefined {
  const own = (path: string) => path === cache || path.startsWith(`${cache}/`);
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !own(folder));
  const binary = findExecutable("pulumi", path.join(delimiter));
  const home = process.env.PULUMI_HOME;
  const pulumiHome = home && !own(home) ? home : join(process.env.HOME ?? homedir(), ".pulumi");
  return binary === undefined ? undefined : { binary, pulumiHome };
}

/** Identifies a CLI, so that another CLI, or a new version at the same path, is checked again. */
function identity(cli: OfficialCli | undefined): string {
  if (!cli) return "none";
  const { size, mtimeMs } = statSync(cli.binary);
  return [realpathSync(cli.binary), size, mtimeMs, cli.pulumiHome].join(" ");
}

function recall(plan: SourcePlan, pathCli: OfficialCli | undefined): Toolchain | undefined {
  const decision = readDecision(decisionFile(plan));
  if (decision?.pathCli !== identity(pathCli)) return undefined;
  const { toolchain } = decision;
  const { pulumi, pulumiHome, way } = toolchain;
  if (way === "source") return isComplete(plan) ? toolchain : undefined;
  const whole =
    findExecutable("pulumi", pulumi) && plugins.every((plugin) => hasPlugin(pulumiHome, plugin));
  return whole ? toolchain : undefined;
}

function remember(plan: SourcePlan, decision: Decision): void {
  const file = decisionFile(plan);
  writeFileSync(`${file}.partial`, JSON.stringify(decision, null, 2));
  renameSync(`${file}.partial`, file);
}

/** Undefined when the file is missing or unreadable: then there is no decision yet. */
function readDecision(file: string): Decision | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Decision;
  } catch {
    return undefined;
  }
}

/** One file for each state of the sources, so that two checkouts do not affect each other. */
function decisionFile({ home }: SourcePlan): string {
  return join(dirname(home), `${basename(home).replace("home", "decision")}.json`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
  const log: Log = (line) => process.stderr.write(`${line}\n`);
  const { toolchain } = await findOrMake(log);
  console.log(values.json ? JSON.stringify(toolchain, null, 2) : describe(toolchain));
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
