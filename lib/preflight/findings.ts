import type { ConfigKey } from "../config/problem";
import type { Problem } from "../problem";

/** What is in the way of this `up`. */
export type Obstacle = Problem;

/** What a check has found. */
export interface Findings {
  readonly obstacles: readonly Obstacle[];
  /** Sentences about what will become a problem, or already is one for what exists. */
  readonly warnings: readonly string[];
}

export const none: Findings = { obstacles: [], warnings: [] };

export function obstacle(key: ConfigKey | undefined, reason: string, fix: string): Findings {
  return { obstacles: [{ key, reason, fix }], warnings: [] };
}

export function warning(...warnings: string[]): Findings {
  return { obstacles: [], warnings };
}

export function together(findings: readonly Findings[]): Findings {
  return {
    obstacles: findings.flatMap(({ obstacles }) => obstacles),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}
