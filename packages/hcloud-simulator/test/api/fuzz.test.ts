import fc from "fast-check";

import { errorCodes } from "../../src/errors";
import type { Field, FieldTable } from "../../src/fields";
import { buildRegistry, type Route } from "../../src/resource";
import { resources } from "../../src/resources";
import { nameservers } from "../../src/resources/zones/zoneRow";

import { populate } from "./support/populate";
import { Simulator, textOf, token, type Json } from "./support/simulator";

/** For a longer search than in the suite: FUZZ_RUNS=1000 FUZZ_SEED=7 */
const runs = Number(process.env.FUZZ_RUNS ?? 12);
const seed = Number(process.env.FUZZ_SEED ?? 20261121);

const { routes } = buildRegistry(resources);

/** Values that often cause failures. */
const nasty = fc.constantFrom<unknown>(
  ...[null, true, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, -(2 ** 53), "", " ", "0", "-1"],
  ...["\u0000", "é\u202e😀", "../../etc/passwd", "__proto__", "constructor", "x".repeat(70_000)],
  ...[[], {}, [null], [[]], { id: "x" }, { __proto__: { a: 1 } }, "10.0.0.0/8", "::/0", "1e3"],
);

function goodValue(field: Field): fc.Arbitrary<unknown> {
  switch (field.type) {
    case "string":
      return field.oneOf
        ? fc.constantFrom(...field.oneOf)
        : fc.constantFrom("a", "debian-12", "cx23", "fsn1", "10.0.3.0/24", "10.0.1.9", "b.test");
    case "integer":
      return fc.integer({ min: 1000, max: 1030 });
    case "boolean":
      return fc.boolean();
    case "labels":
      return fc.dictionary(fc.constantFrom("a", "b/c", "-", "hetzner.cloud/x"), fc.string());
    case "idOrName":
      return fc.oneof(fc.constantFrom("debian-12", "cx33", "key"), fc.integer({ max: 1030 }));
    case "array":
      return fc.array(value(field.items), { maxLength: 60 });
    case "object":
      return body(field.fields);
  }
}

function value(field: Field): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: goodValue(field) },
    { weight: 1, arbitrary: nasty },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/**
 * Zone files with one random line between valid ones, so that the input gets past the first checks.
 */
const zonefile = fc
  .oneof(fc.string(), fc.constantFrom("www 60 IN A 192.0.2.1", "a TXT (", "$TTL 1h", "a.. A 1"))
  .map(
    (line) => `@ SOA a. b. 1 2 3 4 5\n${line}\n${nameservers.map((s) => `@ NS ${s}`).join("\n")}`,
  );

/** A body made from the route's own field table: with missing, wrong or unknown fields. */
function body(fields: FieldTable): fc.Arbitrary<unknown> {
  const entries = Object.entries(fields).map(
    ([name, field]) =>
      [name, name === "zonefile" ? fc.oneof(zonefile, value(field)) : value(field)] as const,
  );
  return fc.record({ ...Object.fromEntries(entries), unknown: nasty }, { requiredKeys: [] });
}

const segment = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1000, max: 1030 }).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["0", "-1", "abc", "1e3", "99999999999999999999", "%00", "@", "*", "A", "TXT", "b.test"],
      ...["__proto__", "actions", "a".repeat(900), "a".repeat(2000), "%zz", "..", "%F0%9F%98%80"],
    ),
  },
  { weight: 1, arbitrary: fc.string({ minLength: 1 }).map(encodeURIComponent) },
);

const queryValue = fc.oneof(
  fc.constantFrom("1", "0", "-1", "id:desc", "name", "a=b", "a in (b)", "!", "x".repeat(5000)),
  fc.string(),
);
const queryName = fc.constantFrom(
  ...["page", "per_page", "sort", "name", "label_selector", "status", "id", "type", "start", "end"],
);
const query = fc
  .array(fc.tuple(queryName, queryValue), { maxLength: 4 })
  .map((pairs) => new URLSearchParams(pairs).toString());

const authorization = fc.oneof(
  { weight: 9, arbitrary: fc.constant(`Bearer ${token}`) },
  { weight: 1, arbitrary: fc.constantFrom("", "Bearer", "Basic x", `Bearer ${"x".repeat(64)}`) },
);

function request(route: Route) {
  const parts = route.path.split("/").slice(1);
  const path = fc
    .tuple(...parts.map((part) => (/^[:*]/.test(part) ? segment : fc.constant(part))))
    .map((segments) => `/${segments.join("/")}`);
  const text = fc.oneof(
    { weight: 6, arbitrary: body(route.fields ?? {}).map((json) => JSON.stringify(json)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.constantFrom("", "{", "[", '{"a":', "\u0000", "NaN", "\ud800") },
  );
  return fc.record({ path, query, authorization, text });
}

function expectOwnForm(status: number, text: string): void {
  expect(status).toBeLessThan(500);
  if (status < 400) return;
  const { error } = JSON.parse(text) as Json;
  expect(errorCodes).toContain(error?.code);
  expect(typeof error?.message).toBe("string");
  // Clients read these fields without a check.
  if (textOf(error?.code) === "invalid_input")
    expect(error?.details?.fields?.[0]).toMatchObject({ messages: [expect.any(String)] });
}

describe("every route", () => {
  let sim: Simulator;

  beforeAll(async () => {
    sim = await Simulator.start();
    await populate(sim);
  });
  afterAll(() => sim.close());

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "answers %s with a result or an error of the API's form, whatever it is sent",
    async (_name, route) => {
      await fc.assert(
        fc.asyncProperty(request(route), async (sent) => {
          const response = await fetch(`${sim.endpoint}${sent.path}?${sent.query}`, {
            method: route.method,
            headers: { authorization: sent.authorization, "content-type": "application/json" },
            ...(route.method !== "GET" && { body: sent.text }),
          });
          expectOwnForm(response.status, await response.text());
        }),
        { numRuns: runs, seed },
      );
    },
    120_000,
  );

  it("still works, and all actions have ended", async () => {
    await sim.api.idle();
    const { status, body: running } = await sim.get("/actions?status=running");
    expect([status, running.actions]).toEqual([200, []]);
    await sim.server({ name: "after-the-storm" });
  });

  it.each([
    ["a query of 100 KB", `/servers?name=${"x".repeat(100_000)}`, {}, 422],
    ["a header of 100 KB", "/servers", { "x-long": "x".repeat(100_000) }, 422],
  ])("answers %s in the API's form", async (_name, path, headers, status) => {
    const response = await fetch(sim.endpoint + path, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    expect(response.status).toBe(status);
    expectOwnForm(response.status, await response.text());
  });

  it("answers a body that is too large in the API's form", async () => {
    const answer = await sim.post("/ssh_keys", { name: "x".repeat(2 ** 21) });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "json_error" } } });
  });
});
