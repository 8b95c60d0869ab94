import { readdirSync } from "node:fs";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import {
  buildDebianStandIns,
  debianStandInSources,
  installedPackages,
} from "../debianStandIns/build";
import {
  authorityPath,
  type BaseInputs,
  baseFiles,
  basePackages,
  emptyFolders,
  recipeKey,
  removedPaths,
  resolvConf,
  standInsFolder,
} from "./baseRecipe";
import { buildOnce, buildTimeoutMs } from "./buildOnce";
import { run } from "./exec";
import { writeHostFile } from "./hostFiles";
import { machineSources } from "./machineSources";
import { imageOf, type Suite } from "./releases";

export interface BaseOptions {
  /** The release of Debian. */
  readonly suite: Suite;
  /** Path of the certificate (PEM) that the hosts trust in addition to the public ones. */
  readonly caCertificate: string;
  /** Progress messages. Default: writes to standard error. */
  readonly log?: (line: string) => void;
}

/**
 * The base of all hosts of one release: a root file system in the cache. mmdebstrap builds it from
 * the machine's own mirror if the cache has none for this recipe. Hosts are overlays on it and
 * never change it. Safe to call from two processes at once: the second waits for the first.
 *
 * @returns the absolute path of the root file system
 * @throws Error when mmdebstrap is missing or fails, with the end of its output
 */
export async function ensureBase(options: BaseOptions): Promise<string> {
  const log =
    options.log ??
    ((line: string) => {
      console.error(line);
    });
  const certificate = await readFile(options.caCertificate, "utf8");
  // The hosts use the machine's mirror. If the machine's apt accepts expired release files (a
  // snapshot mirror can have them), the hosts must accept them too.
  const aptSettings = await aptConfig("Acquire::Check-Valid-Until", "Acquire::Check-Date");
  const inputs = { certificate, aptSettings, standIns: await debianStandInSources() };
  const folder = cacheDir("base", recipeKey(options.suite, inputs));
  const root = join(folder, "root");
  await buildOnce(
    { result: root, what: `base file system of ${imageOf[options.suite]}`, log },
    () => build(root, options.suite, inputs, log),
  );
  return root;
}

async function build(
  root: string,
  suite: Suite,
  { certificate, aptSettings }: BaseInputs,
  log: (line: string) => void,
): Promise<void> {
  // Next to its final path, so that the last step is a rename. Removes the rest of an interrupted
  // build first.
  const building = join(dirname(root), "building");
  await rm(building, { recursive: true, force: true });
  const what = `base file system of ${imageOf[suite]}`;
  log(`${what}: building it (${suite}), a minute or two, once`);
  await debootstrap(building, suite, aptSettings, log);
  await clean(building);
  const files = {
    ...baseFiles(suite),
    "/etc/apt/apt.conf.d/90machine": aptSettings,
    [authorityPath]: certificate,
  };
  for (const [path, text] of Object.entries(files)) writeHostFile(building, path, text);
  await run("chroot", [building, "update-ca-certificates"]);
  await installStandIns(building, suite);
  await rename(building, root);
}

async function debootstrap(
  target: string,
  suite: Suite,
  aptSettings: string,
  log: (line: string) => void,
): Promise<void> {
  const proxy = await aptConfig("Acquire::http::Proxy", "Acquire::https::Proxy");
  const settings = `${aptSettings}${proxy}`.split("\n").filter(Boolean);
  await run(
    "mmdebstrap",
    [
      "--mode=root",
      "--variant=minbase",
      `--include=${basePackages(suite).join(",")}`,
      ...settings.map((setting) => `--aptopt=${setting}`),
      suite,
      target,
      ...machineSources(suite),
    ],
    {
      timeoutMs: buildTimeoutMs,
      onOutput: (text) => {
        // mmdebstrap's own progress lines begin with I:. The rest is output of packages.
        for (const line of text.match(/^I: .*$/gm) ?? []) log(`  ${line.slice(3)}`);
      },
    },
  );
}

/** Adds the apt source of the stand-ins, and installs those that Debian's cloud image has. */
async function installStandIns(root: string, suite: Suite): Promise<void> {
  await buildDebianStandIns(suite, join(root, standInsFolder));
  const debs = readdirSync(join(root, standInsFolder)).filter((file) => file.endsWith(".deb"));
  for (const name of installedPackages(suite)) {
    const deb = debs.find((file) => file.startsWith(`${name}_`)) ?? name;
    await run("chroot", [root, "dpkg", "--install", join(standInsFolder, deb)]);
  }
}

/**
 * Removes what each host must create itself (identity, keys), and apt's lists, which would become
 * outdated.
 */
async function clean(root: string): Promise<void> {
  for (const path of [...removedPaths, ...emptyFolders]) {
    await rm(join(root, path), { recursive: true, force: true });
  }
  for (const path of emptyFolders) await mkdir(join(root, path), { recursive: true });
  const keys = readdirSync(join(root, "etc/ssh")).filter((name) => name.startsWith("ssh_host_"));
  for (const key of keys) await rm(join(root, "etc/ssh", key));
  const lists = join(root, "var/lib/apt/lists");
  await rm(lists, { recursive: true, force: true });
  await mkdir(join(lists, "partial"), { recursive: true });
  // An empty file, not a missing one: the host then gets an id at its first boot without systemd's
  // first-boot presets.
  await writeFile(join(root, "etc/machine-id"), "");
  await symlink(resolvConf, join(root, "etc/resolv.conf"));
}

/** Settings of this machine's apt, in the syntax of apt.conf. */
function aptConfig(...names: readonly string[]): Promise<string> {
  return run("apt-config", ["dump", "--no-empty", ...names]);
}
