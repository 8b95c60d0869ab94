/**
 * The oldest Pulumi CLI for this project: the CLI of the oldest supported @pulumi/pulumi, because
 * an older engine may not support its protocol. A newer SDK asks the engine for its features, so it
 * works with this CLI too.
 */
export const requiredPulumiVersion = "3.248.0";

/** The official launcher of the CLI on npm. It downloads the CLI of its own version. */
export const launcherVersion = "3.265.0";

/** The CLI that is built from source, as required by packages/toolchain/cli/go.mod. */
export const builtPulumiVersion = "3.259.0";

/** A resource plugin. The SDK of the same name and version on npm requires it. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** Plugins that the program imports. package.json pins the same versions. */
export const plugins: readonly Plugin[] = [
  { name: "hcloud", version: "1.41.0" },
  { name: "random", version: "4.21.2" },
  { name: "command", version: "1.2.1" },
];

/** Folder of a plugin below PULUMI_HOME, where the engine looks for it. */
export function pluginFolder({ name, version }: Plugin): string {
  return `plugins/resource-${name}-v${version}`;
}

/** Whether a version in the CLI's form (`v3.259.0`, `3.260.0-alpha.1`) is new enough. */
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
