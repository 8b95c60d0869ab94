import { readdirSync, readFileSync } from "node:fs";

/** How often /proc is looked through, in milliseconds. */
const everyMs = 40;
/** A process is read again, as its arguments change with exec(2); most live too short for more. */
const readings = 4;

/**
 * Remembers the arguments and environments of all processes of the machine that live in a time: of the engine, its plugins, and, as hosts are containers here, of the hosts.
 */
export class ProcessWatch {
  private readonly texts = new Set<string>();
  private readonly read = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  private constructor() {
    this.timer = setInterval(() => {
      this.look();
    }, everyMs);
  }

  /**
   * What `work` comes to, and all that was seen meanwhile: a text for each set of arguments or environment.
   * @param work can ask what was seen so far
   */
  static async during<T>(
    work: (seen: ReadonlySet<string>) => Promise<T>,
  ): Promise<{ result: T; seen: string[] }> {
    const watch = new ProcessWatch();
    try {
      const result = await work(watch.texts);
      return { result, seen: [...watch.texts] };
    } finally {
      clearInterval(watch.timer);
    }
  }

  private look(): void {
    const running = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    for (const pid of running) {
      const count = this.read.get(pid) ?? 0;
      if (count >= readings) continue;
      this.read.set(pid, count + 1);
      for (const file of ["cmdline", "environ"]) {
        const text = readIfThere(`/proc/${pid}/${file}`);
        if (text !== "") this.texts.add(`${file}\0${text}`);
      }
    }
    // A number that is free may be given to another process.
    const alive = new Set(running);
    for (const pid of this.read.keys()) if (!alive.has(pid)) this.read.delete(pid);
  }
}

/** A process may end at any time. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
