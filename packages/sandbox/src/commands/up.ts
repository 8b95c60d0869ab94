import { mkdirSync } from "node:fs";
import { UserError, type Log } from "../cliSupport";
import type { RunningSandbox } from "../client";
import { removeAll } from "../hosts/cleanup";
import { hostProblems } from "../hosts/preconditions";
import { sandboxIdentity } from "../identity";
import { keepLists, type JitsiDecision } from "../jitsi/decide";
import { ensureSystemPackages, prepareHosts } from "../prepare";
import { startServer } from "../serverProcess";
import { takeSlot } from "../slots";
import { initState, readState, type HostChoice } from "../state";

export interface UpOptions extends HostChoice {
  /** Absolute path of the sandbox's folder. */
  readonly dir: string;
  readonly log: Log;
  /** Needed with real hosts: where their packages of Jitsi come from. */
  readonly jitsi?: JitsiDecision;
}

/**
 * Starts the sandbox in a folder. No-op when it runs. Safe to repeat, also after an interrupted
 * start.
 *
 * @throws UserError with one line for each reason why this machine cannot run hosts
 */
export async function up(options: UpOptions): Promise<RunningSandbox> {
  const { dir, hosts, timesFile, image, log, jitsi } = options;
  const known = readState(dir);
  if (known !== undefined && chosen(known) !== chosen(options)) {
    throw new UserError(
      `the sandbox in ${dir} was started with ${chosen(known)}, not with ${chosen(options)}; stop it first: npm run -s sandbox -- down`,
    );
  }
  if (image === "golden" && hosts !== "nspawn") {
    throw new UserError("golden images are for real hosts: add --hosts nspawn");
  }
  if (hosts !== "none") await requireHosts(log);
  if (hosts === "nspawn") {
    if (jitsi === undefined) throw new Error("real hosts need a decision about Jitsi's packages");
    await prepareHosts(log);
  }
  mkdirSync(dir, { recursive: true, mode: 0o711 });
  const slot = await takeSlot(dir, async (stale, owner) => {
    await removeAll(sandboxIdentity(owner, stale));
  });
  const identity = sandboxIdentity(dir, slot);
  if (jitsi !== undefined) keepLists(dir, jitsi);
  const state = initState(dir, slot, { hosts, timesFile, image }, jitsi?.source);
  await startServer(identity);
  return { identity, state };
}

/** The choice as options of the command line. */
const chosen = ({ hosts, timesFile, image = "stock" }: HostChoice): string =>
  [
    `--hosts ${hosts}`,
    ...(timesFile === undefined ? [] : [`--times ${timesFile}`]),
    ...(image === "stock" ? [] : [`--image ${image}`]),
  ].join(" ");

/**
 * Installs the Debian packages that hosts need, if root; then checks that this machine can run
 * hosts. Called before any long build.
 *
 * @throws UserError with one line for each reason, and what to do
 */
export async function requireHosts(log: Log): Promise<void> {
  if (process.getuid?.() === 0) await ensureSystemPackages(log);
  const problems = hostProblems();
  if (problems.length > 0) {
    throw new UserError(`this machine cannot run the sandbox's hosts:\n  ${problems.join("\n  ")}`);
  }
}
