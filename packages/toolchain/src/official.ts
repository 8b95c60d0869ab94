import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { findExecutable } from "./go";
import { run, step, type Log } from "./run";
import {
  isNewEnough,
  launcherVersion,
  pluginFolder,
  plugins,
  requiredPulumiVersion,
  type Plugin,
} from "./versions";

/** A CLI that was not built here, and the PULUMI_HOME of its plugins. */
export interface OfficialCli {
  /** Path of the binary. */
  readonly binary: string;
  readonly pulumiHome: string;
}

const downloadHost = "https://get.pulumi.com";
const probeTimeout = 5_000;
const versionTimeout = 20_000;
const launcherTimeout = 5 * 60_000;
const pluginTimeout = 3 * 60_000;

/**
 * Whether the CLI is new enough, can run Node.js programs, and has all plugins or can install them.
 */
export async function isUsable(cli: OfficialCli, log: Log): Promise<boolean> {
  const env = { ...process.env, PULUMI_HOME: cli.pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  let version: string;
  try {
    version = (await run(cli.binary, ["version"], { env, timeout: versionTimeout })).trim();
  } catch (error) {
    log(`${cli.binary} does not work: ${firstLine(error)}`);
    return false;
  }
  if (!isNewEnough(version)) {
    log(`${cli.binary} is ${version}; ${requiredPulumiVersion} or newer is needed`);
    return false;
  }
  const path = `${dirname(cli.binary)}:${process.env.PATH ?? ""}`;
  if (!findExecutable("pulumi-language-nodejs", path)) {
    log(`${cli.binary} has no pulumi-language-nodejs in its folder`);
    return false;
  }
  const missing = plugins.filter((plugin) => !hasPlugin(cli.pulumiHome, plugin));
  if (missing.length > 0 && !(await downloadsReachable(log))) return false;
  for (const plugin of missing) {
    if (!(await installPlugin(cli, plugin, env, log))) return false;
  }
  return true;
}

/** Whether a plugin is installed. */
export function hasPlugin(pulumiHome: string, plugin: Plugin): boolean {
  return existsSync(join(pulumiHome, pluginFolder(plugin), `pulumi-resource-${plugin.name}`));
}

async function installPlugin(
  cli: OfficialCli,
  plugin: Plugin,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<boolean> {
  const args = ["plugin", "install", "resource", plugin.name, `v${plugin.version}`];
  try {
    await step(`installing the plugin ${plugin.name} ${plugin.version}`, log, () =>
      run(cli.binary, args, { env, timeout: pluginTimeout }),
    );
  } catch (error) {
    log(`the plugin ${plugin.name} cannot be downloaded: ${firstLine(error)}`);
    return false;
  }
  return hasPlugin(cli.pulumiHome, plugin);
}

/**
 * Installs the official launcher from npm, which downloads the CLI.
 *
 * @param folder folder of both
 * @returns undefined when this is not possible; the reason is logged
 */
export async function installLauncher(folder: string, log: Log): Promise<OfficialCli | undefined> {
  const pulumiHome = join(folder, "home");
  const binary = join(pulumiHome, "versions", launcherVersion, "bin", "pulumi");
  const cli = { binary, pulumiHome };
  if (existsSync(binary)) return cli;
  if (!(await downloadsReachable(log))) return undefined;
  const spec = `pulumi@${launcherVersion}`;
  const launcher = join(folder, "node_modules", "pulumi", "run.js");
  try {
    await step(`downloading the Pulumi CLI with the npm launcher ${spec}`, log, async () => {
      const npm = ["install", "--prefix", folder, "--no-save", "--loglevel=error", spec];
      await run("npm", npm, { timeout: launcherTimeout });
      const env = { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
      await run(process.execPath, [launcher, "version"], { env, timeout: launcherTimeout });
    });
  } catch (error) {
    log(`the npm launcher cannot download the CLI: ${firstLine(error)}`);
    return undefined;
  }
  return existsSync(binary) ? cli : undefined;
}

/**
 * A quick check, so that a blocked network costs seconds and not the time limits of the downloads.
 */
async function downloadsReachable(log: Log): Promise<boolean> {
  // fetch does not use proxies, but the downloads do.
  if (process.env.HTTPS_PROXY ?? process.env.https_proxy) return true;
  try {
    await fetch(downloadHost, { method: "HEAD", signal: AbortSignal.timeout(probeTimeout) });
    return true;
  } catch {
    log(`${downloadHost} cannot be reached`);
    return false;
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n").slice(0, 2).join(" ");
}
