/**
 * The oldest Pulumi CLI that this project works with: that of the oldest @pulumi/pulumi that it works with, whose
 * protocol an older engine may not speak. A newer SDK asks the engine what it can do, so it works with this CLI too.
 */
export const requiredPulumiVersion = "3.248.0";

/** The official launcher of the CLI on npm, which downloads the CLI of its own version. */
export const launcherVersion = "3.265.0";

/** The CLI that is built from source: what toolchain/cli/go.mod requires. */
export const builtPulumiVersion = "3.259.0";

/** A resource plugin, as the SDK of the same name and version on npm asks for it. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** What the program imports; package.json pins the same versions. */
export const plugins: readonly Plugin[] = [
  { name: "hcloud", version: "1.41.0" },
  { name: "random", version: "4.21.2" },
  { name: "command", version: "1.2.1" },
];

/** Where the engine looks for a plugin below PULUMI_HOME. */
export function pluginFolder({ name, version }: Plugin): string {
  return `plugins/resource-${name}-v${version}`;
}

/** Whether a version as the CLI prints it (`v3.259.0`, `3.260.0-alpha.1`) is new enough. */
export function isNewEnough(printed: string): boolean {
  const found = numbers(printed);
  const needed = numbers(requiredPulumiVersion);
  if (!found || !needed) return false;
  for (const [i, part] of needed.entries()) {
    const difference = (found[i] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version.trim());
  return match?.slice(1).map(Number);
}
