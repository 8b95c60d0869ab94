import type { ConfigKey } from "../config/keys";
import type { Problem } from "../problem";

/** What a check has found. */
export interface Findings {
  /** Each of them stops this `up`. */
  readonly problems: readonly Problem[];
  /** Sentences about what stops nothing now: it becomes a problem later, or concerns existing hosts only. */
  readonly warnings: readonly string[];
}

export const none: Findings = { problems: [], warnings: [] };

export function problem(key: ConfigKey | undefined, reason: string, fix: string): Findings {
  return { problems: [{ key, reason, fix }], warnings: [] };
}

export function warning(...warnings: string[]): Findings {
  return { problems: [], warnings };
}

export function together(findings: readonly Findings[]): Findings {
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
