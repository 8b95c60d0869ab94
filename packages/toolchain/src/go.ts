import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run";

/** A Go installation that can build the toolchain. */
export interface Go {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folders of modules and compiled packages, from `go env`. */
  readonly modules: string;
  readonly buildCache: string;
}

/** From this version on, Go itself fetches the newer Go that go.mod requires, as a module. */
const oldestGo = [1, 21] as const;

/** Folders to search when Go is not on the PATH. */
const usualPlaces = ["/usr/local/go/bin", "/usr/lib/go/bin"];

/**
 * Finds Go.
 *
 * @param path folders to search, in the form of PATH
 * @throws Error with the remedy when Go is missing or too old
 */
export async function goCommand(
  path = [process.env.PATH ?? "", ...usualPlaces].join(delimiter),
): Promise<Go> {
  const command = findExecutable("go", path);
  const advice =
    "install Go 1.21 or newer from https://go.dev/dl (or make get.pulumi.com reachable)";
  if (!command) {
    throw new Error(`the Pulumi CLI must be built from source here, but Go is missing: ${advice}`);
  }
  const env = goEnvironment();
  const names = ["GOVERSION", "GOMODCACHE", "GOCACHE"];
  const answer = await run(command, ["env", ...names], { env, timeout: 30_000 });
  const [version = "", modules = "", buildCache = ""] = answer.split("\n");
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  if (major === oldestGo[0] && (minor ?? 0) < oldestGo[1]) {
    throw new Error(`${command} is ${version}, too old to build the Pulumi CLI: ${advice}`);
  }
  return { command, env, modules, buildCache };
}

/**
 * Settings that must not depend on the user: modules exactly as in go.sum, no C compiler. Caches,
 * proxy and toolchain stay as the user has set them.
 */
export function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" };
}

/** The first executable file with this name in the folders of a PATH. */
export function findExecutable(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
