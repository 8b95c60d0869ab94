import { OperatorError } from "../errors";
import { formatProblems, type Problem } from "../problem";
import { set, unset } from "./command";
import {
  configKeys,
  declarations,
  rules,
  type ConfigKey,
  type RawConfig,
  type Settings,
} from "./keys";
import { defaultText, mustBe, propertyOf, type Setting, type Texts } from "./setting";

export type { Settings } from "./keys";

/** All that is wrong with a stack's configuration, in one message. */
export class ConfigError extends OperatorError {
  constructor(readonly problems: readonly Problem[]) {
    const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
    super(formatProblems(`The stack's configuration has ${count}:`, problems));
  }
}

/**
 * Checks plain values. Pure.
 *
 * @param raw secrets in it are not read
 * @param unprotected keys of secrets that are stored in plain text
 * @throws ConfigError with every problem at once
 */
export function parseSettings(raw: RawConfig, unprotected: readonly ConfigKey[] = []): Settings {
  const texts = Object.fromEntries(
    declarations.map((one) => [one.name, raw[one.name] ?? defaultText(one)]),
  );
  const read = declarations.map((declaration) => readSetting(declaration, texts));
  // Each property has the value that the parser of its declaration made. This is what the type says.
  const values = Object.fromEntries(read.flatMap(({ value }) => value)) as Settings;
  const alone = read.flatMap(({ problems }) => problems);
  const together = rules
    .filter(({ reads }) => reads.every((property) => property in values))
    .flatMap(({ check }) => check(values));
  const problems = [...alone, ...together, ...unprotected.map(plainSecret)];
  if (problems.length > 0) throw new ConfigError(inOrder(problems));
  return Object.freeze(values);
}

interface Read {
  /** The property and its value; none for what is not read by itself, or is invalid. */
  readonly value: readonly (readonly [property: string, value: unknown])[];
  readonly problems: readonly Problem[];
}

function readSetting(declaration: Setting, texts: Texts): Read {
  const { name, allowed, parse } = declaration;
  const text = texts[name] ?? "";
  const parsed = parse?.(text, texts);
  if (parsed === undefined) return { value: [], problems: [] };
  if ("value" in parsed) {
    return { value: [[propertyOf(declaration), parsed.value]], problems: [] };
  }
  const usual = { key: name, reason: mustBe(text, allowed), fix: backToDefault(declaration) };
  return { value: [], problems: parsed.complaints.map((one) => ({ ...usual, ...one })) };
}

/** The command shows the default if there is one. */
function backToDefault(declaration: Setting): string {
  const text = defaultText(declaration);
  return text === "" ? unset(declaration.name) : set(declaration.name, text);
}

/** The engine cannot demand that a key with a default is secret, so the program refuses plain text. */
export const plainSecret = (key: ConfigKey): Problem => ({
  key,
  reason: "is stored in plain text (not shown), but must be stored as a secret",
  fix: `cat FILE | pulumi config set --secret ${key}`,
});

/** In the order of the declarations. */
function inOrder(problems: readonly Problem[]): Problem[] {
  // The key of an item names its place too: existingNodes[0].host.
  const place = ({ key = "" }: Problem): number =>
    configKeys.findIndex((one) => one === key.split("[")[0]);
  return [...problems].sort((a, b) => place(a) - place(b));
}
