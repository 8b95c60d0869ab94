import { set, setPath, unset } from "./command";
import { invalid, valid, type Parsed, type Setting } from "./setting";

/** Declarations of settings whose values have a common form. What has a form of its own declares its own parser. */

/** What a form leaves to the declaration. */
export type Rest = Omit<Setting, "kind" | "allowed" | "parse">;

/** One of a few words. */
export function choice<const S extends Rest & { readonly words: readonly string[] }>(
  declaration: S,
) {
  const { words } = declaration;
  const isWord = (text: string): text is S["words"][number] => words.includes(text);
  return {
    ...declaration,
    kind: "text" as const,
    allowed: `one of ${words.join(", ")}`,
    parse: (text: string): Parsed<S["words"][number]> => (isWord(text) ? valid(text) : invalid()),
  };
}

/** true or false; false unless the declaration has another default. */
export function flag<
  const S extends Omit<Rest, "default" | "example"> & { readonly default?: "true" | "false" },
>(declaration: S) {
  const byDefault = declaration.default ?? "false";
  return {
    ...declaration,
    kind: "text" as const,
    default: byDefault,
    example: byDefault === "true" ? "false" : "true",
    allowed: "true or false",
    parse: (text: string): Parsed<boolean> =>
      text === "true" || text === "false"
        ? valid(text === "true")
        : invalid({ fix: set(declaration.name, "true") }),
  };
}

/** Number() also takes "", " 2 ", "0x10" and "1e1". */
export const isWholeNumber = (text: string): boolean => /^\d{1,9}$/.test(text);

interface NumberRange {
  readonly from: number;
  readonly to: number;
  /** What the number counts: MB. */
  readonly unit?: string;
}

/** A whole number in a range. */
export function wholeNumber<
  const S extends Rest & {
    readonly range: NumberRange;
    /** The value that an empty text stands for. */
    readonly empty: number | undefined;
  },
>(declaration: S) {
  const { name, empty } = declaration;
  const { from, to, unit } = declaration.range;
  type Value = number | (S["empty"] extends undefined ? undefined : never);
  return {
    ...declaration,
    kind: "text" as const,
    allowed: `a whole number${unit === undefined ? "" : ` of ${unit}`} from ${from} to ${to}`,
    parse: (text: string): Parsed<Value> => {
      if (text === "") return valid(empty as Value);
      return isWholeNumber(text) && Number(text) >= from && Number(text) <= to
        ? valid(Number(text))
        : invalid({ fix: unset(name) });
    },
  };
}

/** What a list of numbers of such hosts must be. */
export const numberListOf = (host: "bridge" | "recorder"): string =>
  `a list of ${host} numbers, such as [1]`;

/**
 * A list of whole numbers: JSON as Pulumi hands over what stands in the YAML file, or `1` and `1,3` as
 * `pulumi config set` writes them. An empty text is the empty list.
 */
export function parseNumbers(name: string, text: string): Parsed<readonly number[]> {
  const fix = `${unset(name)} && ${setPath(`${name}[0]`, 1)}`;
  const numbers = numbersIn(text);
  if (numbers === undefined) return invalid({ fix });
  const twice = numbers.find((number, index) => numbers.indexOf(number) < index);
  return twice === undefined
    ? valid(Object.freeze(numbers))
    : invalid({ reason: `has the number ${twice} twice; each number is allowed once`, fix });
}

function numbersIn(text: string): number[] | undefined {
  if (text === "") return [];
  const items = /^\[.*\]$/s.test(text)
    ? itemsOfJson(text)
    : text.split(",").map((item) => item.trim());
  return items?.every(isWholeNumber) === true ? items.map(Number) : undefined;
}

function itemsOfJson(text: string): string[] | undefined {
  try {
    return (JSON.parse(text) as unknown[]).map((item) =>
      typeof item === "string" || typeof item === "number" ? String(item) : "",
    );
  } catch {
    return undefined;
  }
}
