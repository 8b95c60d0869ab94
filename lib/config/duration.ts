import type { Problem } from "../problem";
import { limits } from "../constants";
import { set } from "./problem";

const units = { h: 3600, m: 60, s: 1 } as const;
const pattern = /^(?=.)(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,5})s)?$/;

/** Reads `30m`, `1h30m`, `45s` or `0` as seconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return Object.entries(units).reduce(
    (sum, [unit, seconds]) => sum + Number(groups[unit] ?? 0) * seconds,
    0,
  );
}

/** What is wrong with `drainTimeout`. */
export function drainTimeoutProblems(text: string): Problem[] {
  const seconds = parseDuration(text);
  const fix = set("drainTimeout", "30m");
  if (seconds === undefined) {
    const reason = `is "${text}"; a duration is needed, such as 30m, 1h30m, 90s, or 0 for at once`;
    return [{ key: "drainTimeout", reason, fix }];
  }
  if (seconds > limits.longestDrainSeconds) {
    const reason = `is "${text}"; ${limits.longestDrainSeconds / 3600}h at most: a bridge's own graceful shutdown ends then, and \`up\` waits all the time`;
    return [{ key: "drainTimeout", reason, fix: set("drainTimeout", "24h") }];
  }
  return [];
}
