import { parseArgs, type ParseArgsConfig } from "node:util";
import { AnswerError } from "../lib/hcloud/answer";
import { ApiError, UnreachableError } from "../lib/hcloud/hcloudApi";
import { exitCodes, exitCodesHelp, type CommandName, type ExitCode } from "./commands";
import { OperatorError } from "../lib/errors";

/** An error of the world, not of the tool: its message is all that a person needs. */
export function isExpected(error: unknown): error is Error {
  return [OperatorError, AnswerError, ApiError, UnreachableError].some(
    (kind) => error instanceof kind,
  );
}

/** Options that every command has. */
const common = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** `--stack`, of the commands that work on one. */
export const stackOption = { stack: { type: "string" } } as const;

/** An option that is there or not. */
export const flag = { type: "boolean", default: false } as const;

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O & typeof common; allowPositionals: true }>
>;

export interface Tool<O extends Options> {
  readonly name: CommandName;
  /** Its help, without `--json`, `--help` and the exit codes. */
  readonly usage: string;
  /** Beside `--json` and `--help`. */
  readonly options: O;
  /** How many arguments without a dash it takes at the most; default none. */
  readonly arguments?: number;
  /** Resolves to the exit code. */
  readonly main: (
    values: Parsed<O>["values"],
    positionals: readonly string[],
  ) => ExitCode | Promise<ExitCode>;
}

/** Runs a tool on this process's arguments, and ends the process with the code that docs/commands.md says. */
export function runTool<const O extends Options>(tool: Tool<O>): void {
  run(tool, process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      console.error(isExpected(error) ? `${tool.name}: ${error.message}` : error);
      process.exitCode = exitCodes.unknown;
    },
  );
}

async function run<O extends Options>(tool: Tool<O>, args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parse(tool, args);
  if ((values as { help: boolean }).help) {
    console.log(help(tool));
    return exitCodes.done;
  }
  return tool.main(values, positionals);
}

function parse<O extends Options>(tool: Tool<O>, args: readonly string[]): Parsed<O> {
  try {
    const options = { ...tool.options, ...common };
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    const extra = parsed.positionals[tool.arguments ?? 0];
    if (extra !== undefined) throw new Error(`"${extra}" is one argument too many`);
    return parsed;
  } catch (error) {
    throw new OperatorError(`${(error as Error).message}\n\n${help(tool)}`);
  }
}

/** All that the command says of itself. */
export function help({ name, usage }: Pick<Tool<Options>, "name" | "usage">): string {
  const json = "  --json         the result as JSON, and nothing else, on stdout";
  return [`${usage.trimEnd()}\n${json}`, exitCodesHelp(name)].join("\n\n");
}
