import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** How often /proc is looked through, in milliseconds. */
const everyMs = 200;
/** Ticks in a second of /proc's processor times (USER_HZ, the same on every Linux). */
const ticksPerSecond = 100;

/** What one of the programs took that a `pulumi` consists of. */
export interface PartUse {
  /** The largest resident set that the kernel has seen of it, in MB. */
  readonly mb: number;
  /** Processor time; the last fifth of a second may be missing. */
  readonly cpuSeconds: number;
}

export interface Use {
  /** By name: engine, program, resource-hcloud. */
  readonly parts: ReadonlyMap<string, PartUse>;
  /** The largest sum of resident sets at one moment; pages that two of them share count twice. */
  readonly mbTogether: number;
}

interface Part {
  readonly name: string;
  readonly rssMb: number;
  readonly peakMb: number;
  readonly cpuSeconds: number;
}

/**
 * Watches memory and processor time of engine, plugins and program below this process while `work` runs.
 *
 * @param leastFreeMb the engine is killed when the machine has less memory available than this, in MB
 * @throws Error when the engine was killed for that, with the memory that it took
 */
export async function useDuring<T>(
  work: () => Promise<T>,
  leastFreeMb = 0,
): Promise<{ result: T; use: Use }> {
  const seen = new Map<string, Part>();
  let mbTogether = 0;
  let killedAtMb: number | undefined;
  const timer = setInterval(() => {
    const now = partsOfPulumi();
    for (const [pid, part] of now) seen.set(pid, part);
    mbTogether = Math.max(mbTogether, sum([...now.values()].map(({ rssMb }) => rssMb)));
    const engine = [...now].find(([, { name }]) => name === "engine");
    if (engine === undefined || availableMb() >= leastFreeMb) return;
    killedAtMb = engine[1].rssMb;
    process.kill(Number(engine[0]), "SIGKILL");
  }, everyMs);
  try {
    const result = await work();
    if (killedAtMb !== undefined) {
      throw new Error(
        `the engine was killed at ${killedAtMb} MB: the machine had less than ${leastFreeMb} MB available`,
      );
    }
    return { result, use: { parts: byName([...seen.values()]), mbTogether } };
  } finally {
    clearInterval(timer);
  }
}

const availableMb = (): number =>
  Number(/^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]) / 1024;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function byName(parts: readonly Part[]): Map<string, PartUse> {
  const names = [...new Set(parts.map(({ name }) => name))].sort();
  return new Map(
    names.map((name) => {
      const own = parts.filter((part) => part.name === name);
      const mb = Math.max(...own.map(({ peakMb }) => peakMb));
      return [name, { mb, cpuSeconds: sum(own.map(({ cpuSeconds }) => cpuSeconds)) }];
    }),
  );
}

/** What is running now of all `pulumi` below this process, by process id. */
function partsOfPulumi(): Map<string, Part> {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid, stat: statOf(pid) }));
  const found = new Map<string, Part>();
  for (let parents = [process.pid.toString()]; parents.length > 0;) {
    const children = all.filter(({ stat }) => parents.includes(stat[1] ?? ""));
    for (const { pid, stat } of children) {
      const name = partName(readIfThere(pid, "cmdline").split("\0"));
      if (name === undefined) continue;
      const status = readIfThere(pid, "status");
      const cpuSeconds = (Number(stat[11]) + Number(stat[12])) / ticksPerSecond;
      found.set(pid, {
        name,
        rssMb: megabytes("VmRSS", status),
        peakMb: megabytes("VmHWM", status),
        cpuSeconds,
      });
    }
    parents = children.map(({ pid }) => pid);
  }
  return found;
}

/** The fields of /proc/PID/stat after the name, which may have spaces: state, parent, ... */
const statOf = (pid: string): string[] =>
  readIfThere(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ");

const megabytes = (field: string, status: string): number =>
  Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024);

/** What a process is to `pulumi`; `undefined` for one that is none of its parts. */
function partName(args: readonly string[]): string | undefined {
  const name = basename(args[0] ?? "");
  if (name === "pulumi") return "engine";
  if (name.startsWith("pulumi-")) return name.replace("pulumi-", "");
  return args.some((arg) => arg.includes("@pulumi/pulumi/cmd/run")) ? "program" : undefined;
}

/** A process may end at any time. */
function readIfThere(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
