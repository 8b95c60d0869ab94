import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./cliSupport";
import { sandboxIdentity, type SandboxIdentity } from "./identity";
import type { JitsiSource } from "./jitsi/source";
import { heldSlot } from "./slots";
import { writeFileAtomically } from "./files";

/** What stands behind the servers of a sandbox's API. */
export const hostKinds = ["nspawn", "simulated", "none"] as const;

export type HostKind = (typeof hostKinds)[number];

/**
 * What real hosts have at their first boot. `stock` is Debian's cloud image. `golden` has the packages
 * of Debian that a host of its role installs, so that it starts in less time.
 */
export const hostImages = ["stock", "golden"] as const;

export type HostImage = (typeof hostImages)[number];

/** The hosts of a sandbox, chosen when it starts first. */
export interface HostChoice {
  readonly hosts: HostKind;
  /** For simulated hosts: the file with their times, as an absolute path; by default the recorded ones. */
  readonly timesFile?: string;
  /** For real hosts. Default: stock. */
  readonly image?: HostImage;
}

/** The state of a sandbox between commands: `<dir>/sandbox.json`, readable by its owner only. */
export interface SandboxState extends HostChoice {
  readonly slot: number;
  /** The only valid token of its API, with 64 characters as the provider requires. */
  readonly token: string;
  /** Encrypts the secrets of the stacks in `<dir>/pulumi`. */
  readonly passphrase: string;
  /** Only with real hosts: others install nothing. */
  readonly jitsi?: JitsiSource;
}

/** The paths inside a sandbox's folder. */
export const sandboxPaths = (dir: string) =>
  ({
    state: join(dir, "sandbox.json"),
    store: join(dir, "api"),
    logs: join(dir, "logs"),
    serverLog: join(dir, "logs", "server.log"),
    serverPid: join(dir, "server.pid"),
    backend: join(dir, "pulumi"),
    /** The lists of Jitsi's repository that hosts get, except with stand-ins. */
    jitsi: join(dir, "jitsi"),
  }) as const;

/** The state of the sandbox in `dir`. It is created at the first call. */
export function initState(
  dir: string,
  slot: number,
  choice: HostChoice,
  jitsi?: JitsiSource,
): SandboxState {
  const known = readState(dir);
  const state: SandboxState = {
    slot,
    token: known?.token ?? randomBytes(32).toString("hex"),
    passphrase: known?.passphrase ?? randomBytes(16).toString("hex"),
    ...choice,
    jitsi,
  };
  const paths = sandboxPaths(dir);
  for (const folder of [paths.store, paths.logs, paths.backend]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  writeFileAtomically(paths.state, JSON.stringify(state, null, 2) + "\n", 0o600);
  return state;
}

/** The state of the sandbox in `dir`; undefined when there is none. */
export function readState(dir: string): SandboxState | undefined {
  try {
    return JSON.parse(readFileSync(sandboxPaths(dir).state, "utf8")) as SandboxState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The running sandbox in `dir`.
 *
 * @throws UserError when no sandbox runs there, with the command that starts one
 */
export function requireSandbox(dir: string): { identity: SandboxIdentity; state: SandboxState } {
  const state = readState(dir);
  if (state === undefined || heldSlot(dir) !== state.slot) {
    throw new UserError(
      `no sandbox runs in ${dir}; start one: make demo, or npm run -s sandbox -- up`,
    );
  }
  return { identity: sandboxIdentity(dir, state.slot), state };
}

/** Removes the folder of the sandbox with everything in it. */
export function removeState(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}
