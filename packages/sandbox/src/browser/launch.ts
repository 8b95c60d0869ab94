import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { UserError } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { ensureTrustStore, placeCommand, type PlacedCommand } from "../commands/from";
import { run } from "../hosts/exec";
import type { PlaceName } from "../hosts/places";
import { browserAccount, type Account } from "./account";
import { browserFlags, type BrowserChoice } from "./flags";

/**
 * Where the browser finds its home folder. The sandbox's own folder may be below one that only root
 * can enter, so it is mounted here, in a mount namespace of the browser's own.
 */
const mountPoint = "/mnt";

const mountHome = `mount --bind "$1" ${mountPoint}; shift; exec "$@"`;

/** Variables of the user's session that a browser with a window needs. */
const sessionVariables = ["LANG", "DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER", "TERM"] as const;

export interface BrowserRun extends BrowserChoice {
  /** Path of the browser. */
  readonly browser: string;
  /** Name of its profile. A profile is for one browser at a time. */
  readonly profile: string;
  readonly place?: PlaceName;
}

/**
 * The command that starts a browser as a participant outside of the hosts: with the sandbox's names
 * and authority, a profile of its own, and as a user without rights. Arguments for the browser can
 * be appended.
 */
export async function browserCommand(
  sandbox: RunningSandbox,
  { browser, profile, place = "internet", ...choice }: BrowserRun,
): Promise<PlacedCommand> {
  const home = join(sandbox.identity.dir, "browsers", profile);
  const account = browserAccount();
  await prepareHome(home, account);
  const placed = await placeCommand(sandbox, place, [
    ...["bash", "-euc", mountHome, "browser", home],
    ...["setpriv", ...account.setpriv],
    ...[browser, ...browserFlags(join(mountPoint, "profile"), choice)],
  ]);
  return { ...placed, env: browserEnvironment(account) };
}

/** A home folder with a trust store, owned by the browser's user. */
async function prepareHome(home: string, { uid, gid }: Account): Promise<void> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  await ensureTrustStore(home);
  const cookie = process.env.XAUTHORITY ?? join(userHome(), ".Xauthority");
  if (existsSync(cookie)) copyFileSync(cookie, join(home, ".Xauthority"));
  await run("chown", ["-R", `${uid.toString()}:${gid.toString()}`, home]);
}

const userHome = (): string =>
  process.env.SUDO_USER === undefined
    ? (process.env.HOME ?? "/root")
    : join("/home", process.env.SUDO_USER);

function browserEnvironment({ uid }: Account): NodeJS.ProcessEnv {
  const runtime = process.env.XDG_RUNTIME_DIR ?? `/run/user/${uid.toString()}`;
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: mountPoint,
    XAUTHORITY: join(mountPoint, ".Xauthority"),
    ...Object.fromEntries(sessionVariables.map((name) => [name, process.env[name]])),
    ...(existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
  };
}

/**
 * Starts a headless browser and controls it, over a pipe. The caller closes it.
 *
 * @throws UserError with what the browser said, when it ends at once
 */
export async function control({ command, args, env }: PlacedCommand): Promise<Browser> {
  // Only here, because loading the library takes longer than most commands.
  const { chromium } = await import("playwright-core");
  const [executablePath] = (await run("which", [command])).trim().split("\n");
  try {
    return await chromium.launch({
      executablePath,
      args: [...args],
      ignoreDefaultArgs: true,
      env: definedOnly(env),
      timeout: 60_000,
    });
  } catch (error) {
    throw new UserError(`the browser does not start:\n${browserOutput(error)}`);
  }
}

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

/** The lines of the browser itself in an error of the library. */
function browserOutput(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const said = message.split("\n").filter((line) => /^\[pid=\d+\]\[err\]/.test(line));
  return (said.length > 0 ? said.slice(-10) : message.split("\n").slice(0, 10)).join("\n");
}
