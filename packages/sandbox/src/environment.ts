import { delimiter } from "node:path";
import type { Toolchain } from "../../toolchain/src/ensure";
import { directoryUrl } from "./acme/directories";
import { UserError } from "./cliSupport";
import type { SandboxIdentity } from "./identity";
import { sandboxPaths, type SandboxState } from "./state";
import { authorityFile } from "./web/authority";

/** The Pulumi stack of the demo. */
export const demoStack = "sandbox";

/** The API's address on this machine, for `HCLOUD_ENDPOINT`. */
export function apiEndpoint(identity: SandboxIdentity): string {
  return `http://127.0.0.1:${identity.apiPort.toString()}/v1`;
}

/**
 * The backend of a sandbox's stacks, for `PULUMI_BACKEND_URL`. Without `metadata=skip` the file
 * backend writes attributes of each state in place into a second file. If `pulumi` is killed at
 * that moment, the file is empty, and every later command fails with "error: EOF".
 */
export const backendUrl = (dir: string): string =>
  `file://${sandboxPaths(dir).backend}?metadata=skip`;

/**
 * The variables for a client of the API, such as `hcloud`: endpoint and token of the sandbox,
 * whatever the caller has set.
 */
export function apiEnvironment(
  identity: SandboxIdentity,
  state: SandboxState,
): Record<string, string> {
  const endpoint = apiEndpoint(identity);
  assertLoopback(endpoint);
  return { HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: state.token };
}

/** The variables that make plain `pulumi` and `hcloud` use the sandbox only. */
export function sandboxEnvironment(
  identity: SandboxIdentity,
  state: SandboxState,
  toolchain: Toolchain,
  path = process.env.PATH ?? "",
): Record<string, string> {
  return {
    PATH: [toolchain.pulumi, ...path.split(delimiter).filter((p) => p !== toolchain.pulumi)].join(
      delimiter,
    ),
    PULUMI_HOME: toolchain.pulumiHome,
    PULUMI_BACKEND_URL: backendUrl(identity.dir),
    PULUMI_CONFIG_PASSPHRASE: state.passphrase,
    // Steps that wait for a host occupy a slot. With the default of four per core, large clusters
    // would start in groups.
    PULUMI_PARALLEL: "64",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: toolchain.way === "source" ? "true" : "false",
    ...apiEnvironment(identity, state),
    ...acmeEnvironment(state),
  };
}

/** Variables for programs that use certificates; empty without real hosts. */
function acmeEnvironment({ hosts }: SandboxState): Record<string, string> {
  if (hosts !== "nspawn") return {};
  return {
    SANDBOX_ACME_DIRECTORY: directoryUrl("production"),
    // It verifies every certificate of that directory.
    SANDBOX_CA_FILE: authorityFile(),
  };
}

/**
 * Variables that would make `pulumi` or `hcloud` use another account, or the keys of an SSH agent.
 */
export const droppedVariables = ["HCLOUD_CONTEXT", "PULUMI_ACCESS_TOKEN", "SSH_AUTH_SOCK"] as const;

/**
 * Refuses an endpoint that is not on this machine, because a sandbox command must never reach a
 * paid account.
 *
 * @throws UserError with the endpoint and the reason
 */
export function assertLoopback(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (hostname !== "127.0.0.1" && hostname !== "[::1]" && hostname !== "localhost") {
    throw new UserError(
      `the endpoint ${endpoint} is not on loopback; the sandbox works on its own API only: unset HCLOUD_ENDPOINT`,
    );
  }
}

/**
 * The environment of a child process: this process's own, with the sandbox's variables and without
 * `droppedVariables`.
 */
export function childEnvironment(
  ...sandbox: Parameters<typeof sandboxEnvironment>
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !(droppedVariables as readonly string[]).includes(name),
  );
  return { ...Object.fromEntries(inherited), ...sandboxEnvironment(...sandbox) };
}

/** The environment as lines for `eval`: exports, and unsets of `droppedVariables`. */
export function shellExports(environment: Record<string, string>): string {
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${name}=${quote(value)}`,
  );
  return [...exports, ...droppedVariables.map((name) => `unset ${name}`)].join("\n") + "\n";
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
