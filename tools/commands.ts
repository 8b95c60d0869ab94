/** The parts of a command that scripts may rely on: `npm run -s NAME -- --json`, and its exit codes. */
export interface CommandFacts {
  /** Its purpose, in one line. */
  readonly purpose: string;
  /** The content of `--json` on stdout. Nothing else is printed to stdout then. */
  readonly json: string;
  /** Meanings of the exit codes 0, 1 and 2. No command has another. */
  readonly exits: readonly [done: string, no: string, unknown: string];
}

/**
 * Exit codes have the same meaning in all commands. 0: done, or as it should be. 1: not so, and the command gives the
 * reason. 2: the command could not start, or the result is unknown. Only `status` can print JSON with 2.
 */
export const exitCodes = { done: 0, no: 1, unknown: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The operator's commands, by their names in package.json. */
export const commands = {
  status: {
    purpose: "compares the cluster with its settings",
    json: "everything ([status.md](status.md#json-output))",
    exits: ["the cluster is as declared", "it differs", "the result is unknown"],
  },
  doctor: {
    purpose: "finds and repairs what a killed run left behind",
    json: "`healthy`, `stack`, `lock`, `pending`, `orphans`, `missing`",
    exits: [
      "nothing is wrong, or everything was repaired",
      "something is wrong: `--repair` was not given, or something was not repaired",
      "it could not examine the stack, or a repair failed",
    ],
  },
  repair: {
    purpose: "runs all steps of one host again",
    json: "`host`, `steps` (names), `repaired`",
    exits: ["repaired", "not repaired: run it again, it continues", "it could not start"],
  },
  roll: {
    purpose: "replaces outdated bridges, one by one",
    json: "`bridges` (names), `done` (names of those that are up to date)",
    exits: [
      "all bridges are up to date",
      "it stopped before the end: run it again, it continues",
      "it could not start",
    ],
  },
  "drain:skip": {
    purpose: "removes the drain of a bridge from the state",
    json: "`bridge`, `skipped`, `alsoOut` (checks that the next `pulumi up` creates again)",
    exits: ["removed", "not removed", "it could not start"],
  },
  "preview:summary": {
    purpose: "prints a preview as Markdown",
    json: "`failed`, `hosts` (the line about hosts; null if the preview failed), `changes` (counts), `cost` (`difference`, `unknown`)",
    exits: [
      "the preview succeeded",
      "it failed; the Markdown gives the reason",
      "there is no preview to read",
    ],
  },
} as const satisfies Readonly<Record<string, CommandFacts>>;

export type CommandName = keyof typeof commands;

/** The last lines of a command's help. */
export function exitCodesHelp(name: CommandName): string {
  const lines = commands[name].exits.map((meaning, code) => `  ${code}  ${meaning}`);
  return ["Exit codes:", ...lines].join("\n");
}
