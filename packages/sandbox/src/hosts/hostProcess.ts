import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SandboxIdentity } from "../identity";
import { hostGroups } from "./cgroups";
import { consoleLog, hostFolder, hostNamespace, hostsFolder } from "./names";
import { leadsSession, listProcesses, startTime } from "./processes";

const script = join(__dirname, "superviseHost.sh");

/** Interval for checking a host's process that is not a child of this process, in milliseconds. */
const watchEveryMs = 250;

/** The process that keeps one host running. */
export interface HostProcess {
  readonly pid: number;
  /** Resolves when the process has ended, so that the host is off. */
  readonly ended: Promise<void>;
}

/** Starts the process that boots a host and keeps it running, in a session of its own. */
export function startHostProcess(
  identity: SandboxIdentity,
  host: { id: number; name: string },
  layers: readonly string[],
): HostProcess {
  const log = consoleLog(identity, host.name);
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "a");
  const child = spawn(
    "unshare",
    [
      ...[
        "--mount",
        "--propagation",
        "private",
        "bash",
        script,
        hostFolder(identity, host.id),
        layers.join(":"),
      ],
      ...[hostNamespace(identity, host.id), host.name, ...hostGroups(identity, host.id)],
    ],
    { detached: true, stdio: ["ignore", output, output] },
  );
  closeSync(output);
  const { pid } = child;
  const ended = new Promise<void>((resolve, reject) => {
    child.once("exit", () => {
      resolve();
    });
    child.once("error", reject);
  });
  if (pid === undefined) throw new Error(`cannot start ${script}: is unshare installed?`);
  child.unref();
  return { pid, ended };
}

/**
 * The processes that keep the sandbox's hosts running, by host id. Includes processes that another
 * server has started.
 */
export function findHostProcesses(identity: SandboxIdentity): Map<number, number> {
  const found = new Map<number, number>();
  for (const { pid, argv } of listProcesses()) {
    const folder = argv[argv.findIndex((argument) => basename(argument) === basename(script)) + 1];
    if (folder === undefined || dirname(folder) !== hostsFolder(identity)) continue;
    // The script's own short-lived children have the same arguments, but do not lead a session.
    if (startTime(pid) !== undefined && leadsSession(pid)) found.set(Number(basename(folder)), pid);
  }
  return found;
}

/** Watches a process that this process has not started. */
export function watchHostProcess(pid: number): HostProcess {
  const started = startTime(pid);
  const ended = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (started !== undefined && startTime(pid) === started) return;
      clearInterval(timer);
      resolve();
    }, watchEveryMs);
    timer.unref();
  });
  return { pid, ended };
}
