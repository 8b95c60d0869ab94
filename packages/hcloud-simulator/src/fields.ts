import { invalidInput, type FieldProblem } from "./errors";
import { labelProblems, type Labels } from "./labels";

interface Common {
  readonly required?: boolean;
  /** Whether JSON null is allowed, as a value of its own. */
  readonly nullable?: boolean;
  /** Hetzner has removed this field. It is still read, only to answer that it was removed. */
  readonly removed?: true;
}

/**
 * The allowed fields of a request body, as a table. `parseFields` answers 422 for a body that does
 * not match.
 */
export type Field = Common &
  (
    | {
        readonly type: "string";
        readonly min?: number;
        readonly max?: number;
        readonly pattern?: RegExp;
        readonly oneOf?: readonly string[];
        /** An extra rule: returns the message, or undefined for a valid value. */
        readonly check?: (value: string) => string | undefined;
      }
    | { readonly type: "integer"; readonly min?: number; readonly max?: number }
    | { readonly type: "boolean" }
    | { readonly type: "labels" }
    | { readonly type: "idOrName" }
    | { readonly type: "array"; readonly items: Field; readonly max?: number }
    | { readonly type: "object"; readonly fields: FieldTable }
  );

export type FieldTable = Readonly<Record<string, Field>>;

type Plain<F> = F extends { oneOf: readonly (infer V)[] }
  ? V
  : F extends { type: "string" }
    ? string
    : F extends { type: "integer" }
      ? number
      : F extends { type: "boolean" }
        ? boolean
        : F extends { type: "labels" }
          ? Labels
          : F extends { type: "idOrName" }
            ? number | string
            : F extends { type: "array"; items: infer I }
              ? readonly ValueOf<I>[]
              : F extends { type: "object"; fields: infer T }
                ? Parsed<T>
                : never;

type ValueOf<F> = Plain<F> | (F extends { nullable: true } ? null : never);
type RequiredKeys<T> = { [K in keyof T]: T[K] extends { required: true } ? K : never }[keyof T];

/** The type of a body that matches its table. */
export type Parsed<T> = { readonly [K in RequiredKeys<T>]: ValueOf<T[K]> } & {
  readonly [K in Exclude<keyof T, RequiredKeys<T>>]?: ValueOf<T[K]>;
};

/**
 * Checks a request body against its table and returns the fields that the table names. Unknown
 * fields are left out, because the API ignores them.
 *
 * @throws ApiError invalid_input with all problems at once in `details.fields`
 */
export function parseFields<const T extends FieldTable>(table: T, body: unknown): Parsed<T> {
  const problems: Required<FieldProblem>[] = [];
  const value = readObject(table, body ?? {}, "", problems);
  if (problems.length > 0) throw invalidInput(problems);
  // The whole table was checked above, so the value has the table's types.
  return value as Parsed<T>;
}

function readObject(
  table: FieldTable,
  body: unknown,
  path: string,
  problems: Required<FieldProblem>[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    problems.push({ name: path || "body", messages: ["must be an object"] });
    return result;
  }
  const given = body as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(table)) {
    const at = path ? `${path}.${name}` : name;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || (value === null && !field.nullable)) {
      if (field.required)
        problems.push({ name: at, messages: ["Missing data for required field."] });
    } else {
      result[name] = value === null ? null : readValue(field, value, at, problems);
    }
  }
  return result;
}

function readValue(
  field: Field,
  value: unknown,
  at: string,
  problems: Required<FieldProblem>[],
): unknown {
  if (field.type === "object") return readObject(field.fields, value, at, problems);
  if (field.type === "array" && Array.isArray(value)) {
    if (field.max !== undefined && value.length > field.max)
      problems.push({ name: at, messages: [`must have at most ${field.max} entries`] });
    return value.map((item: unknown, i) =>
      readValue(field.items, item, `${at}.${i.toString()}`, problems),
    );
  }
  const message = scalarProblem(field, value);
  if (message !== undefined) problems.push({ name: at, messages: [message] });
  return value;
}

function scalarProblem(field: Field, value: unknown): string | undefined {
  switch (field.type) {
    case "string":
      return stringProblem(field, value);
    case "integer":
      if (!Number.isSafeInteger(value)) return "must be an integer";
      if (field.min !== undefined && (value as number) < field.min)
        return `must be at least ${field.min}`;
      if (field.max !== undefined && (value as number) > field.max)
        return `must be at most ${field.max}`;
      return undefined;
    case "boolean":
      return typeof value === "boolean" ? undefined : "must be a boolean";
    case "labels":
      if (typeof value !== "object" || value === null || Array.isArray(value))
        return "must be an object";
      return labelProblems(value as Record<string, unknown>)[0];
    case "idOrName":
      return typeof value === "string" || Number.isSafeInteger(value)
        ? undefined
        : "must be an ID or a name";
    case "array":
      return "must be an array";
    case "object":
      return "must be an object";
  }
}

function stringProblem(field: Extract<Field, { type: "string" }>, value: unknown) {
  if (typeof value !== "string") return "must be a string";
  if (value.length < (field.min ?? 0)) return "is too short";
  if (field.max !== undefined && value.length > field.max) return "is too long";
  if (field.oneOf && !field.oneOf.includes(value))
    return `must be one of ${field.oneOf.join(", ")}`;
  if (field.pattern && !field.pattern.test(value)) return "is not valid";
  return field.check?.(value);
}
