import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** How often sshd is looked at, and how often a new one is looked for, in milliseconds. */
const everyMs = 50;
const searchEveryMs = 1000;

/** What one host's sshd had at the most at one moment. */
export interface SshdPeaks {
  /** Connections that were not logged in yet: what MaxStartups limits. */
  readonly startups: number;
  readonly connections: number;
}

/** sshd's own count, in its title: `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`. */
const title = /^sshd: .*\[listener\] (\d+) of \d+-\d+ startups/;
/** A row of /proc/net/tcp for an established connection (01) to port 22 (0x16). */
const established = /^\s*\d+: [0-9A-F]+:0016 [0-9A-F:]+ 01 /gm;

/**
 * Watches the sshd of each host while `work` runs; hosts are containers, so their processes are this machine's too.
 * @param isHost tells the network namespaces of the hosts by their names
 * @returns by network namespace
 */
export async function sshdDuring<T>(
  isHost: (namespace: string) => boolean,
  work: () => Promise<T>,
): Promise<{ result: T; sshd: ReadonlyMap<string, SshdPeaks> }> {
  const sshd = new Map<string, SshdPeaks>();
  let listeners: Listener[] = [];
  const search = setInterval(() => {
    listeners = findListeners(isHost);
  }, searchEveryMs);
  const look = setInterval(() => {
    for (const { pid, namespace } of listeners) {
      const startups = Number(title.exec(readIfThere(pid, "cmdline"))?.[1] ?? 0);
      const tcp = ["net/tcp", "net/tcp6"].map((file) => readIfThere(pid, file)).join("");
      const connections = tcp.match(established)?.length ?? 0;
      const before = sshd.get(namespace) ?? { startups: 0, connections: 0 };
      sshd.set(namespace, {
        startups: Math.max(before.startups, startups),
        connections: Math.max(before.connections, connections),
      });
    }
  }, everyMs);
  try {
    return { result: await work(), sshd };
  } finally {
    clearInterval(search);
    clearInterval(look);
  }
}

interface Listener {
  readonly pid: string;
  readonly namespace: string;
}

const namespaces = "/run/netns";

function findListeners(isHost: (namespace: string) => boolean): Listener[] {
  const names = new Map(
    readdirSync(namespaces)
      .filter(isHost)
      .map((name) => [inode(join(namespaces, name)), name]),
  );
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && title.test(readIfThere(pid, "cmdline")))
    .flatMap((pid) => {
      const namespace = names.get(inode(`/proc/${pid}/ns/net`));
      return namespace === undefined ? [] : [{ pid, namespace }];
    });
}

/** Of a namespace that may be gone already. */
function inode(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** A process may end at any time. */
function readIfThere(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
