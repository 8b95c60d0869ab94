import { parseArgs, type ParseArgsConfig } from "node:util";
import { OperatorError } from "../lib/errors";
import { AnswerError } from "../lib/hcloud/answer";
import { ApiError, UnreachableError } from "../lib/hcloud/hcloudApi";
import { exitCodes, exitCodesHelp, type CommandName, type ExitCode } from "./commands";

/** Whether an error is not a fault of the command. Then its message is enough, without a stack trace. */
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

/** `--stack`, for commands that work on a stack. */
export const stackOption = { stack: { type: "string" } } as const;

/** An option without a value. */
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
  /** The largest number of arguments without a dash; by default none. */
  readonly arguments?: number;
  /** Resolves to the exit code. */
  readonly main: (
    values: Parsed<O>["values"],
    positionals: readonly string[],
  ) => ExitCode | Promise<ExitCode>;
}

/** Runs a command with the arguments of this process. The exit codes are in docs/commands.md. */
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

/** The whole help of a command. */
export function help({ name, usage }: Pick<Tool<Options>, "name" | "usage">): string {
  const json = "  --json         the result as JSON, and nothing else, on stdout";
  return [`${usage.trimEnd()}\n${json}`, exitCodesHelp(name)].join("\n\n");
}
