/** A reason why `pulumi up` cannot do what the settings ask for, and what helps. */
export interface Problem {
  /** The setting concerned; absent where there is none. */
  readonly key?: string;
  /** The end of a sentence that begins with the key. Without a key, a sentence of its own. */
  readonly reason: string;
  /** The command, or the action, that solves the problem. */
  readonly fix: string;
}

/** Key and reason, as one sentence without a full stop. */
export function problemSentence({ key, reason }: Pick<Problem, "key" | "reason">): string {
  return key === undefined ? reason : `${key} ${reason}`;
}

/** Key and reason on one line, the command on the next one. */
export function formatProblem(problem: Problem): string {
  return `  ${problemSentence(problem)}:\n      ${problem.fix}`;
}

/** An error message: a headline, then all problems. */
export function formatProblems(headline: string, problems: readonly Problem[]): string {
  return [headline, ...problems.map(formatProblem)].join("\n");
}
