/**
 * Reads answers of the API into typed facts. Every field may be missing tomorrow. A field that the program can do without
 * is `optional`. If any other field is missing, an error names it.
 */

/** Where a value is. */
export interface Place {
  /** As in `GET /server_types`. */
  readonly request: string;
  /** In the answer, as in `server_types[0].cores`. */
  readonly path: string;
}

/** Reads one value. @throws AnswerError if it is not what is needed */
export type Read<T> = (value: unknown, place: Place) => T;

/** The API answered, but not with what this program expects. */
export class AnswerError extends Error {
  constructor({ request, path }: Place, needed: string, given: unknown) {
    const is = given === undefined ? "is missing" : `is ${shortened(JSON.stringify(given))}`;
    super(
      `the answer of Hetzner's API to ${request} is not what this program expects: ${path === "" ? "its JSON" : path} ${is}, and ${needed} is needed`,
    );
  }
}

/** What fixes an AnswerError. */
export const answerErrorFix =
  "git pull  # a newer version of this program may support it; changes of the API: https://docs.hetzner.cloud/changelog";

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** The request without its query: short, and enough to find it. */
export const requestOf = (method: string, path: string): string =>
  `${method} ${path.replace(/\?.*/, "")}`;

const check =
  <T>(needed: string, is: (value: unknown) => value is T): Read<T> =>
  (value, place) => {
    if (!is(value)) throw new AnswerError(place, needed, value);
    return value;
  };

export const text = check("a text", (value) => typeof value === "string");
export const number = check("a number", (value) => typeof value === "number");
export const flag = check("true or false", (value) => typeof value === "boolean");
/** As in `2026-11-30T00:00:00Z`. */
export const date = check(
  "a date",
  (value): value is string => typeof value === "string" && !Number.isNaN(Date.parse(value)),
);
/** A number that the API writes as text, for example `5.4900000000`. */
export const amount = check(
  "an amount",
  (value): value is string =>
    typeof value === "string" && value !== "" && Number.isFinite(Number(value)),
);
const anyList = check("a list", (value): value is unknown[] => Array.isArray(value));
const anyObject = check(
  "an object",
  (value): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value),
);

/** `undefined` for a field that is absent or null. */
export function optional<T>(read: Read<T>): Read<T | undefined> {
  return (value, place) => (value === undefined || value === null ? undefined : read(value, place));
}

/** A field in which null has a meaning: only its absence is an error. */
export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value, place) => (value === null ? null : read(value, place));
}

/** A default for a field that is absent or null. */
export function otherwise<T>(read: Read<T>, fallback: T): Read<T> {
  return (value, place) => optional(read)(value, place) ?? fallback;
}

export function list<T>(read: Read<T>): Read<T[]> {
  return (value, place) =>
    anyList(value, place).map((row, index) =>
      read(row, { ...place, path: `${place.path}[${index}]` }),
    );
}

/**
 * The rows that can be read. A row of a kind that is new in the API is not one that this program needs.
 * @param isNeeded whether it is an error if this row cannot be read
 */
export function readableRows<T>(
  read: Read<T>,
  isNeeded: (row: unknown) => boolean = () => false,
): Read<T[]> {
  const row: Read<T[]> = (value, place) => {
    try {
      return [read(value, place)];
    } catch (error) {
      if (!(error instanceof AnswerError) || isNeeded(value)) throw error;
      return [];
    }
  };
  return (value, place) => list(row)(value, place).flat();
}

/** Texts by name, such as labels. */
export const texts: Read<Record<string, string>> = (value, place) =>
  Object.fromEntries(
    Object.entries(anyObject(value, place)).map(([name, entry]) => [
      name,
      text(entry, { ...place, path: `${place.path}.${name}` }),
    ]),
  );

type Values<Fields> = {
  [Name in keyof Fields]: Fields[Name] extends Read<infer T> ? T : never;
};

/** An object. Only these fields of it are read. */
export function object<Fields extends Record<string, Read<unknown>>>(
  fields: Fields,
): Read<Values<Fields>> {
  return (value, place) => {
    const given = anyObject(value, place);
    const read = Object.entries(fields).map(([name, field]) => {
      const path = place.path === "" ? name : `${place.path}.${name}`;
      return [name, field(given[name], { ...place, path })] as const;
    });
    return Object.fromEntries(read) as Values<Fields>;
  };
}
