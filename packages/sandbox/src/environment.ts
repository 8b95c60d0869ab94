import { delimiter } from "node:path";
import type { Toolchain } from "../../toolchain/src/ensure";
import { UserError } from "./cliSupport";
import type { SandboxIdentity } from "./identity";
import { sandboxPaths, type SandboxState } from "./state";

/** The Pulumi stack of the demo. */
export const demoStack = "sandbox";

/** The API's address on this machine, as `HCLOUD_ENDPOINT` wants it. */
export function apiEndpoint(identity: SandboxIdentity): string {
  return `http://127.0.0.1:${identity.apiPort.toString()}/v1`;
}

/**
 * Where the stacks of a sandbox are kept, as `PULUMI_BACKEND_URL` wants it. Without `metadata=skip` the file backend
 * writes each state's attributes into a second file in place: a `pulumi` that is killed in that moment leaves it empty,
 * and every later command ends with "error: EOF".
 */
export const backendUrl = (dir: string): string =>
  `file://${sandboxPaths(dir).backend}?metadata=skip`;

/** What a client of the API needs, `hcloud` for one: the sandbox's own endpoint and token, whatever the caller had. */
export function apiEnvironment(
  identity: SandboxIdentity,
  state: SandboxState,
): Record<string, string> {
  const endpoint = apiEndpoint(identity);
  assertLoopback(endpoint);
  return { HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: state.token };
}

/** The variables with which plain `pulumi` and `hcloud` work on the sandbox, and on nothing else. */
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
    // Steps that wait for a host hold a slot; the default of four a core makes clusters come up in waves.
    PULUMI_PARALLEL: "64",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: toolchain.way === "source" ? "true" : "false",
    ...apiEnvironment(identity, state),
  };
}

/** Variables that would lead `pulumi` or `hcloud` elsewhere, or into an agent's keys. */
export const droppedVariables = ["HCLOUD_CONTEXT", "PULUMI_ACCESS_TOKEN", "SSH_AUTH_SOCK"] as const;

/**
 * Refuses an endpoint that is not on this machine: a sandbox's command must never reach a paid account.
 * @throws with the endpoint and the reason.
 */
export function assertLoopback(endpoint: string): void {
  const { hostname } = new URL(endpoint);
  if (hostname !== "127.0.0.1" && hostname !== "[::1]" && hostname !== "localhost") {
    throw new UserError(
      `the endpoint ${endpoint} is not on loopback; the sandbox works on its own API only: unset HCLOUD_ENDPOINT`,
    );
  }
}

/** This process's environment with the sandbox's in it, for a child: nothing in it leads elsewhere. */
export function childEnvironment(
  ...sandbox: Parameters<typeof sandboxEnvironment>
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !(droppedVariables as readonly string[]).includes(name),
  );
  return { ...Object.fromEntries(inherited), ...sandboxEnvironment(...sandbox) };
}

/** The environment as lines for `eval`: exports, and unsets of what would lead elsewhere. */
export function shellExports(environment: Record<string, string>): string {
  const exports = Object.entries(environment).map(
    ([name, value]) => `export ${name}=${quote(value)}`,
  );
  return [...exports, ...droppedVariables.map((name) => `unset ${name}`)].join("\n") + "\n";
}

function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
