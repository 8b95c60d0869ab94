import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtPulumiVersion, pluginFolder, plugins } from "./versions";

/** One binary that is built from Go sources. */
export interface BuildStep {
  /** Name of the binary. */
  readonly binary: string;
  /** Go module below packages/toolchain. */
  readonly module: "cli" | "providers";
  /** Go package that is built. */
  readonly goPackage: string;
  /** Arguments of the linker. */
  readonly ldflags: string;
  /**
   * Sources of the binary: files and folders below packages/toolchain. A change rebuilds the
   * binary.
   */
  readonly sources: readonly string[];
  /** Folder in PULUMI_HOME for the binary. */
  readonly folder: string;
  /**
   * Whether the binary can write files about itself (argument `schema`), which are installed with
   * it.
   */
  readonly describesItself: boolean;
}

/** Without symbol tables, a binary is a third smaller. */
const stripped = "-s -w";
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const withVersion = `${stripped} -X ${versionVariable}=v${builtPulumiVersion}`;

/** In build order: the longest first. */
export const buildSteps: readonly BuildStep[] = [
  {
    binary: "pulumi",
    module: "cli",
    goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: withVersion,
    sources: ["cli/go.mod", "cli/go.sum"],
    folder: "bin",
    describesItself: false,
  },
  {
    binary: "pulumi-language-nodejs",
    module: "cli",
    goPackage: "./cmd/pulumi-language-nodejs",
    ldflags: withVersion,
    sources: ["cli/go.mod", "cli/go.sum", "cli/cmd", "cli/langhost"],
    // The engine searches the folder of the CLI.
    folder: "bin",
    describesItself: false,
  },
  ...plugins.map((plugin) => provider(plugin.name, pluginFolder(plugin))),
];

function provider(name: string, folder: string): BuildStep {
  const binary = `pulumi-resource-${name}`;
  const bridged = name !== "command";
  const own = ["go.mod", "go.sum", `cmd/${binary}`, name];
  const shared = bridged ? ["bridged"] : [];
  const shim = name === "random" ? ["shim"] : [];
  return {
    binary,
    module: "providers",
    goPackage: `./cmd/${binary}`,
    ldflags: stripped,
    sources: [...own, ...shared, ...shim].map((path) => `providers/${path}`),
    folder,
    describesItself: bridged,
  };
}

/** Identifies the result of a step for these sources and this kind of machine. */
export function stepKey(step: BuildStep, sourceDir: string): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([step, process.platform, process.arch]));
  for (const path of step.sources.flatMap((source) => filesBelow(sourceDir, source))) {
    hash.update(`\0${path}\0`);
    hash.update(readFileSync(join(sourceDir, path)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Files at or below a path, sorted. Tests are not part of a binary. */
function filesBelow(sourceDir: string, path: string): string[] {
  if (/\.(mod|sum)$/.test(path)) return [path];
  return readdirSync(join(sourceDir, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
    .map((entry) => join(entry.parentPath, entry.name).slice(sourceDir.length + 1))
    .sort();
}
