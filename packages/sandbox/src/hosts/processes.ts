import { readFileSync, readdirSync } from "node:fs";

/** A process of the machine, as /proc shows it. */
export interface MachineProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** All processes with their arguments; ones that end meanwhile are left out. */
export function listProcesses(): MachineProcess[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ pid: Number(entry), argv: argvOf(entry) }))
    .filter((process) => process.argv.length > 0);
}

function argvOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * When a process was started, in clock ticks since boot: with the pid it names a process for ever,
 * while the pid alone is given to another one later. Undefined when it has ended.
 */
export function startTime(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields[0] === "Z" ? undefined : fields[19];
}

/** Whether a process leads its session, as one that was started detached does; its children do not. */
export const leadsSession = (pid: number): boolean => statFields(pid)[3] === pid.toString();

/** A process's variables, `NAME=value`; none where it has ended or is another user's. */
export function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch (error) {
    if (isGone(error) || (error as NodeJS.ErrnoException).code === "EACCES") return [];
    throw error;
  }
}

/** The process that a process was started by, or that it was left to; undefined when it has ended. */
export function parentOf(pid: number): number | undefined {
  const [, parent] = statFields(pid);
  return parent === undefined ? undefined : Number(parent);
}

/**
 * Fields of /proc/PID/stat from the third (the state) on; the second, the command, is in parentheses
 * and may hold anything (proc(5)). Empty when the process has ended.
 */
function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Sends a signal; a process that has ended already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}
