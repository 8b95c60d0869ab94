import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SandboxIdentity } from "../identity";
import { hostGroups } from "./cgroups";
import { consoleLog, hostFolder, hostNamespace, hostsFolder } from "./names";
import { leadsSession, listProcesses, startTime } from "./processes";

const script = join(__dirname, "superviseHost.sh");

/** How often a host's process that is no child of this one is looked at, in milliseconds. */
const watchEveryMs = 250;

/** The process that keeps one host running. */
export interface HostProcess {
  readonly pid: number;
  /** Resolves when it has ended: the host is off. */
  readonly ended: Promise<void>;
}

/** Starts the process that boots a host and keeps it running, in a session of its own. */
export function startHostProcess(
  identity: SandboxIdentity,
  host: { id: number; name: string },
  base: string,
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
        base,
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

/** Processes that keep the sandbox's hosts running, by host id; also those that another server started. */
export function findHostProcesses(identity: SandboxIdentity): Map<number, number> {
  const found = new Map<number, number>();
  for (const { pid, argv } of listProcesses()) {
    const folder = argv[argv.findIndex((argument) => basename(argument) === basename(script)) + 1];
    if (folder === undefined || dirname(folder) !== hostsFolder(identity)) continue;
    // The script's own short-lived children have the same arguments.
    if (startTime(pid) !== undefined && leadsSession(pid)) found.set(Number(basename(folder)), pid);
  }
  return found;
}

/** Takes over a process that this one did not start. */
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
