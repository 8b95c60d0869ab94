/** What scripts may rely on in a command: `npm run -s NAME -- --json`, and its exit codes. */
export interface CommandFacts {
  /** What it is for, a line. */
  readonly purpose: string;
  /** What `--json` prints to stdout; nothing else goes there then. */
  readonly json: string;
  /** Meanings of the exit codes; no command has another. */
  readonly exits: readonly [done: string, no: string, unknown: string];
}

/**
 * The exit codes of all commands have one meaning: it is done, or as it should be; it is not, and the command says
 * why; it could not begin or nobody can tell, and there is no JSON then but of `status`, which tells what is known.
 */
export const exitCodes = { done: 0, no: 1, unknown: 2 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The operator's commands, by their names in package.json. */
export const commands = {
  status: {
    purpose: "shows the cluster beside what is declared",
    json: "all of it ([status.md](status.md#the-json))",
    exits: ["it is as declared", "it is not", "nobody can tell"],
  },
  doctor: {
    purpose: "finds and repairs what a killed run has left",
    json: "`healthy`, `stack`, `lock`, `pending`, `orphans`, `missing`",
    exits: [
      "nothing is wrong (any more)",
      "something is wrong: repair was not asked for, or it left something alone",
      "it could not look, or a repair failed",
    ],
  },
  repair: {
    purpose: "applies all steps of one host anew",
    json: "`host`, `steps` (names), `repaired`",
    exits: ["repaired", "not repaired: run it again, it goes on", "it could not begin"],
  },
  roll: {
    purpose: "replaces bridges that differ, one by one",
    json: "`bridges` (names), `done` (those that are as new ones would be)",
    exits: [
      "all bridges are as new ones would be",
      "it stopped before: run it again, it goes on",
      "it could not begin",
    ],
  },
  "drain:skip": {
    purpose: "takes a bridge's drain out of the state",
    json: "`bridge`, `skipped`, `alsoOut` (checks that the next `pulumi up` makes anew)",
    exits: ["it is out", "it is not", "it could not begin"],
  },
  "preview:summary": {
    purpose: "a preview as Markdown",
    json: "`failed`, `changes` (counts), `cost` (`difference`, `unknown`)",
    exits: [
      "the preview succeeded",
      "it failed, and the Markdown says why",
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
