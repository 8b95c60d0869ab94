/** One answer of the API as JSON. */
export interface RecordedAnswer {
  /** For example `GET /servers/:id`, without a query. */
  readonly endpoint: string;
  readonly status: number;
  readonly body: unknown;
}

/** A change that the API can make to a field at any time. */
export interface Change {
  readonly endpoint: string;
  /** For example `servers[].server_type.name`; empty for the whole answer. */
  readonly path: string;
  readonly how: "absent" | "null" | "a new word" | "of another type";
}

/** Fields with a fixed set of values, to which the API can add one at any time. */
const enums = new Set(["status", "type", "architecture", "mode", "delegation_status", "category"]);

/** The endpoint of a request: numbers in the path are ids. */
export function endpointOf(method: string, url: string): string {
  const path = new URL(url).pathname.replace("/v1", "").replaceAll(/\/\d+/g, "/:id");
  return `${method} ${path}`;
}

/** Every possible change of a field of the answers, each once. */
export function changesOf(answers: readonly RecordedAnswer[]): Change[] {
  const changes = answers.flatMap(({ endpoint, body }) =>
    [...fieldsOf(body, "")].flatMap(([path, value]) => howTo(path, value, endpoint)),
  );
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

function howTo(path: string, value: unknown, endpoint: string): Change[] {
  const name = /\w*$/.exec(path)?.[0] ?? "";
  const how: Change["how"][] = ["null", "of another type"];
  if (name !== "") how.push("absent");
  if (typeof value === "string" && enums.has(name)) how.push("a new word");
  return how.map((each) => ({ endpoint, path, how: each }));
}

function* fieldsOf(value: unknown, path: string): Generator<readonly [string, unknown]> {
  yield [path, value];
  if (Array.isArray(value)) for (const row of value) yield* fieldsOf(row, `${path}[]`);
  else if (typeof value === "object" && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      yield* fieldsOf(field, path === "" ? name : `${path}.${name}`);
    }
  }
}

/** The answer after the change. A change applies to all rows of a list. */
export function changed(body: unknown, { path, how }: Change, at = ""): unknown {
  if (at === path) return otherValue(body, how);
  if (Array.isArray(body)) {
    return body.map((row: unknown) => changed(row, { path, how } as Change, `${at}[]`));
  }
  if (typeof body !== "object" || body === null) return body;
  const fields = Object.entries(body).map(([name, field]) => {
    const here = at === "" ? name : `${at}.${name}`;
    return [name, changed(field, { path, how } as Change, here)] as const;
  });
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

function otherValue(value: unknown, how: Change["how"]): unknown {
  if (how === "absent") return undefined;
  if (how === "null") return null;
  if (how === "a new word") return "a-new-word";
  if (Array.isArray(value)) return { a: "list" };
  return typeof value === "object" ? ["an object"] : { a: typeof value };
}
