import { spawn } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../cliSupport";
import { sandboxPaths } from "../state";
import type { MediaReport } from "./timeline";

/** What the process of the participants with media is asked. */
export type MediaRequest =
  | { readonly verb: "join"; readonly room: string; readonly participants: number }
  | { readonly verb: "leave"; readonly room: string; readonly participants?: number }
  | { readonly verb: "list" };

/** The files of the process in a sandbox's folder. */
export const mediaPaths = (dir: string) =>
  ({
    socket: join(dir, "media.sock"),
    pid: join(dir, "media.pid"),
    log: join(sandboxPaths(dir).logs, "media.log"),
  }) as const;

/** Bytes in the path of a socket (unix(7), without the closing zero). */
const longestSocketPath = 107;

const startTimeoutMs = 90_000;
const stopTimeoutMs = 10_000;

/** Pid of the process; undefined when it does not run. */
export function mediaPid(dir: string): number | undefined {
  const pid = Number(readIfThere(mediaPaths(dir).pid));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  // The pid can have been reused, so check that the process is ours.
  const command = readIfThere(`/proc/${pid.toString()}/cmdline`) ?? "";
  return command.includes("sandbox/src/media/process.ts") && command.includes(dir)
    ? pid
    : undefined;
}

/**
 * Sends a request to the running process.
 *
 * @throws UserError with the process's own message
 */
export function askMedia(dir: string, body: MediaRequest): Promise<readonly MediaReport[]> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath: mediaPaths(dir).socket, method: "POST", agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (response.statusCode === 200) {
            resolve(JSON.parse(text) as MediaReport[]);
            return;
          }
          const { error } = JSON.parse(text) as { error: string };
          reject(response.statusCode === 400 ? new UserError(error) : new Error(error));
        });
      },
    );
    asked.on("error", reject);
    asked.end(JSON.stringify(body));
  });
}

/**
 * Starts the process in the background and waits until it answers. No-op when it runs.
 *
 * @throws UserError with the end of its log, when it ends or does not answer
 */
export async function startMedia(dir: string, domain: string, browser?: string): Promise<void> {
  if (mediaPid(dir) !== undefined) return;
  const paths = mediaPaths(dir);
  if (Buffer.byteLength(paths.socket) > longestSocketPath) {
    throw new UserError(
      `the path ${paths.socket} is too long for a socket; allowed: ${longestSocketPath.toString()} bytes. Use a shorter folder: --dir`,
    );
  }
  const log = openSync(paths.log, "w", 0o600);
  const options = [dir, domain, ...(browser === undefined ? [] : [browser])];
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(__dirname, "process.ts"), ...options],
    { cwd: join(__dirname, "../../../.."), detached: true, stdio: ["ignore", log, log] },
  );
  child.unref();
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline && !ended()) {
    if (mediaPid(dir) !== undefined) return;
    await sleep(100);
  }
  const tail = (readIfThere(paths.log) ?? "").trim().slice(-2000);
  throw new UserError(`the participants' browser could not be started:\n${tail}`);
}

/** Ends the process and its browser. No-op when it does not run. */
export async function stopMedia(dir: string): Promise<void> {
  const pid = mediaPid(dir);
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + stopTimeoutMs;
  while (mediaPid(dir) === pid) {
    if (Date.now() > deadline) {
      process.kill(pid, "SIGKILL");
      return;
    }
    await sleep(100);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
