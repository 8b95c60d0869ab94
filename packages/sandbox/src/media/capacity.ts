import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { UserError } from "../cliSupport";

/** What the machine has for participants with media. */
export interface MediaMachine {
  readonly cores: number;
  /** Memory that programs can still take, in bytes. */
  readonly availableMemory: number;
}

/** Participants with audio and 180p at 5 frames a second for each core: three fit two cores. */
export const participantsPerCore = 1.5;

/**
 * Memory of the browser without a page, and of each participant's page, in bytes. Chromium 156 took
 * 430 MB and 80 MB with a stand-in for the client library and one received stream. The real library
 * and more streams take more.
 */
export const browserMemory = 500 * 1024 ** 2;
export const participantMemory = 250 * 1024 ** 2;

export const thisMachine = (): MediaMachine => ({
  cores: availableParallelism(),
  availableMemory: availableMemory(readFileSync("/proc/meminfo", "utf8")),
});

/** The available memory in the text of /proc/meminfo, in bytes (proc(5)). */
export function availableMemory(meminfo: string): number {
  const [, kib] = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo) ?? [];
  if (kib === undefined) throw new Error("/proc/meminfo has no MemAvailable");
  return Number(kib) * 1024;
}

/**
 * How many more participants with media the machine can take.
 *
 * @param running participants with media that it has already
 */
export function roomFor({ cores, availableMemory }: MediaMachine, running: number): number {
  const byCores = Math.floor(cores * participantsPerCore) - running;
  const free = availableMemory - (running === 0 ? browserMemory : 0);
  return Math.max(0, Math.min(byCores, Math.floor(free / participantMemory)));
}

/** @throws UserError when the machine cannot take so many, with the number that it can take */
export function checkCapacity(wanted: number, running: number, machine = thisMachine()): void {
  const possible = roomFor(machine, running);
  if (wanted <= possible) return;
  const memory = (machine.availableMemory / 1024 ** 3).toFixed(1);
  const already = running === 0 ? "" : `, besides the ${running.toString()} that it has`;
  throw new UserError(
    `${wanted.toString()} participants with media are too many for this machine; it can take ${possible.toString()}${already} (${machine.cores.toString()} cores, ${memory} GB of free memory)`,
  );
}
