import { ApiError } from "../../src/errors";
import { parseFields, type FieldTable } from "../../src/fields";

const table = {
  name: { type: "string", required: true, min: 2, max: 5 },
  mode: { type: "string", oneOf: ["a", "b"] },
  size: { type: "integer", min: 1, max: 3, nullable: true },
  on: { type: "boolean" },
  labels: { type: "labels" },
  image: { type: "idOrName" },
  rules: { type: "array", max: 2, items: { type: "object", fields: { ip: { type: "string" } } } },
} as const satisfies FieldTable;

const valid = { name: "web" };

function problems(body: unknown): unknown {
  try {
    parseFields(table, body);
    return [];
  } catch (error) {
    return error instanceof ApiError
      ? error.details.fields?.map(({ name, messages }) => [name, ...(messages ?? [])])
      : error;
  }
}

describe("parseFields", () => {
  it("returns the fields of the table and leaves unknown ones out", () => {
    const body = { ...valid, size: null, image: 7, unknown: 1, rules: [{ ip: "x", more: 1 }] };
    expect(parseFields(table, body)).toEqual({
      name: "web",
      size: null,
      image: 7,
      rules: [{ ip: "x" }],
    });
  });

  it("treats null for a field that is not nullable as missing", () => {
    expect(parseFields(table, { ...valid, on: null })).toEqual(valid);
    expect(problems({ name: null })).toEqual([["name", "Missing data for required field."]]);
  });

  it.each([
    [{ name: "x" }, ["name", "is too short"]],
    [{ name: "xxxxxx" }, ["name", "is too long"]],
    [{ name: 1 }, ["name", "must be a string"]],
    [{ mode: "c" }, ["mode", "must be one of a, b"]],
    [{ size: 0 }, ["size", "must be at least 1"]],
    [{ size: 4 }, ["size", "must be at most 3"]],
    [{ size: 1.5 }, ["size", "must be an integer"]],
    [{ size: 1e300 }, ["size", "must be an integer"]],
    [{ on: "yes" }, ["on", "must be a boolean"]],
    [{ labels: [] }, ["labels", "must be an object"]],
    [{ labels: { a: 1 } }, ["labels", "label 'a': value must be a string"]],
    [{ image: {} }, ["image", "must be an ID or a name"]],
    [{ rules: {} }, ["rules", "must be an array"]],
    [{ rules: [{}, 1] }, ["rules.1", "must be an object"]],
    [{ rules: [{ ip: 1 }] }, ["rules.0.ip", "must be a string"]],
    [{ rules: [{}, {}, {}] }, ["rules", "must have at most 2 entries"]],
  ])("refuses %j", (fields, expected) => {
    expect(problems({ ...valid, ...fields })).toEqual([expected]);
  });

  it.each([[[]], ["text"], [7], [true]])("refuses the body %j", (body) => {
    expect(problems(body)).toContainEqual(["body", "must be an object"]);
  });

  it("ignores names that every JavaScript object has", () => {
    const odd = { constructor: { type: "string" } } as const satisfies FieldTable;
    expect(parseFields(odd, {})).toEqual({});
  });
});
