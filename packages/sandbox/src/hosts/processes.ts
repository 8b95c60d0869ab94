import { readFileSync, readdirSync } from "node:fs";

/** A process of the machine, as /proc shows it. */
export interface MachineProcess {
  readonly pid: number;
  readonly argv: readonly string[];
}

/** All processes with their arguments, without those that end meanwhile. */
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
    if (hasEnded(error)) return [];
    throw error;
  }
}

/**
 * The start time of a process, in clock ticks since boot; undefined when it has ended. Together
 * with the pid it identifies a process, while the pid alone can be reused.
 */
export function startTime(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields[0] === "Z" ? undefined : fields[19];
}

/** Whether a process leads its session. A detached process does, its children do not. */
export const leadsSession = (pid: number): boolean => statFields(pid)[3] === pid.toString();

/**
 * The environment of a process as `NAME=value`; empty when it has ended or belongs to another user.
 */
export function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch (error) {
    if (hasEnded(error) || (error as NodeJS.ErrnoException).code === "EACCES") return [];
    throw error;
  }
}

/** Pid of the parent process; undefined when the process has ended. */
export function parentOf(pid: number): number | undefined {
  const [, parent] = statFields(pid);
  return parent === undefined ? undefined : Number(parent);
}

/**
 * The fields of /proc/PID/stat from the third (the state) on. The second, the command, is in
 * parentheses and can contain any character (proc(5)). Empty when the process has ended.
 */
function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch (error) {
    if (hasEnded(error)) return [];
    throw error;
  }
}

/** Sends a signal. It is not an error when the process has already ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function hasEnded(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}
