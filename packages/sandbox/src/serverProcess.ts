import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxIdentity } from "./identity";
import { apiEndpoint } from "./environment";
import { sandboxPaths } from "./state";

const startTimeoutMs = 120_000;
const stopTimeoutMs = 120_000;
const pollMs = 100;

/** Pid of the sandbox's server; undefined when it does not run. */
export function serverPid(dir: string): number | undefined {
  const pid = Number(readIfThere(sandboxPaths(dir).serverPid));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  // The pid can have been reused, so check that the process runs the server.
  const command = readIfThere(`/proc/${pid.toString()}/cmdline`) ?? "";
  return command.includes("sandbox/src/server.ts") && command.includes(dir) ? pid : undefined;
}

/** Whether the API answers. */
export async function apiAnswers(identity: SandboxIdentity): Promise<boolean> {
  try {
    // Any answer is sufficient: without a token it is a 401.
    await fetch(`${apiEndpoint(identity)}/locations`, { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts the server in the background and waits until its API answers.
 *
 * @throws Error when it ends or does not answer, with the end of its log
 */
export async function startServer(identity: SandboxIdentity): Promise<void> {
  if (serverPid(identity.dir) !== undefined && (await apiAnswers(identity))) return;
  const paths = sandboxPaths(identity.dir);
  const log = openSync(paths.serverLog, "a", 0o600);
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(__dirname, "server.ts"), identity.dir],
    { cwd: join(__dirname, "../../.."), detached: true, stdio: ["ignore", log, log] },
  );
  child.unref();
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && !ended()) {
    if (serverPid(identity.dir) !== undefined && (await apiAnswers(identity))) return;
    await sleep(pollMs);
  }
  const tail = (readIfThere(paths.serverLog) ?? "").slice(-2000);
  throw new Error(
    `the sandbox's server ${ended() ? "ended at once" : "does not answer"}; the end of ${paths.serverLog}:\n${tail}`,
  );
}

/**
 * Asks the server to end and waits. Kills it if it does not end in time. No-op when it does not
 * run.
 */
export async function stopServer(dir: string): Promise<void> {
  const pid = serverPid(dir);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + stopTimeoutMs;
  while (serverPid(dir) === pid) {
    if (Date.now() > deadline) {
      process.kill(pid, "SIGKILL");
      return;
    }
    await sleep(pollMs);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
