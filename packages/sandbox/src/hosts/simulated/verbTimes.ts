import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The roles of hosts. They install other packages. */
export const hostRoles = ["web", "jvb"] as const;

export type HostRole = (typeof hostRoles)[number];

/**
 * How long a simulated host takes, and what its verbs print. `npx tsx test/soak/recordVerbTimes.ts` records it from real
 * hosts of the sandbox.
 */
export interface VerbTimes {
  /** Seconds from the start of a host until its port 22 answers. */
  readonly bootSeconds: number;
  /** Seconds from then until its packages are installed, by its role. `host/setup` waits for it. */
  readonly installSeconds: Readonly<Record<HostRole, number>>;
  /**
   * By the verb with its arguments. With ` again` at the end: the same step on a host where it has run before. Without
   * such an entry, it takes as long as the first time. `restart one` is what each bridge adds that `restart` restarts.
   */
  readonly verbs: Readonly<Record<string, VerbTime>>;
}

export interface VerbTime {
  readonly seconds: number;
  /** What the verb prints; by default nothing. */
  readonly stdout?: string;
}

/** The times that were recorded from the sandbox's real hosts. */
export const recordedTimesFile = join(__dirname, "verbTimes.json");

/** @throws Error when the file is missing or is not JSON */
export function readVerbTimes(file = recordedTimesFile): VerbTimes {
  return JSON.parse(readFileSync(file, "utf8")) as VerbTimes;
}

/** The time of a verb, on a host where the same step has run before or not; undefined for an unknown one. */
export function verbTime(times: VerbTimes, key: string, isAgain: boolean): VerbTime | undefined {
  return (isAgain ? times.verbs[`${key} again`] : undefined) ?? times.verbs[key];
}

/** What each bridge adds that a rolling restart restarts. */
export const oneRestart = "restart one";

/** The same, but no verb takes any time. Boot and installation take none either. */
export function withoutTimes(times: VerbTimes): VerbTimes {
  return {
    bootSeconds: 0,
    installSeconds: { web: 0, jvb: 0 },
    verbs: Object.fromEntries(
      Object.entries(times.verbs).map(([key, verb]) => [key, { ...verb, seconds: 0 }]),
    ),
  };
}

/** The role of a host, by the name of its server or of a step on it: meet-web-0a1b2c3, meet-jvb-0-files. */
export const roleOf = (name: string): HostRole => (/-web\b/.test(name) ? "web" : "jvb");
