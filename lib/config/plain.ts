import type { Problem } from "../problem";
import { set, unset, type ConfigKey } from "./problem";

/** Checks of single plain values, which have no file of their own. */

/** Number() also takes "", " 2 ", "0x10" and "1e1". */
export const isWholeNumber = (text: string): boolean => /^\d{1,9}$/.test(text);

/** Reads true and false; absent is false. */
export const parseFlag = (raw: string | undefined): boolean => raw === "true";

/** What is wrong with a key that is true or false. */
export function flagProblems(key: ConfigKey, raw: string | undefined): Problem[] {
  if (raw === undefined || raw === "true" || raw === "false") {
    return [];
  }
  return [{ key, reason: `is "${raw}"; true or false is needed`, fix: set(key, "true") }];
}

export interface NumberRange {
  readonly from: number;
  readonly to: number;
  /** What the number counts, for the message: `MB`. */
  readonly unit?: string;
}

/** Reads a number that may be left away. */
export const parseOptionalNumber = (raw: string | undefined): number | undefined =>
  raw === undefined || raw === "" ? undefined : Number(raw);

/** What is wrong with a whole number that may be left away. */
export function optionalNumberProblems(
  key: ConfigKey,
  raw: string | undefined,
  { from, to, unit }: NumberRange,
): Problem[] {
  const value = parseOptionalNumber(raw);
  if (raw === undefined || value === undefined) return [];
  if (isWholeNumber(raw) && value >= from && value <= to) return [];
  const what = unit === undefined ? "a whole number" : `a whole number of ${unit}`;
  return [{ key, reason: `is "${raw}"; ${what} from ${from} to ${to} is needed`, fix: unset(key) }];
}

/** What is wrong with one of a few words. */
export function choiceProblems(
  key: ConfigKey,
  value: string,
  choices: readonly string[],
  proposal: string,
): Problem[] {
  if (choices.includes(value)) return [];
  const reason = `is "${value}"; one of ${choices.join(", ")} is needed`;
  return [{ key, reason, fix: set(key, proposal) }];
}
