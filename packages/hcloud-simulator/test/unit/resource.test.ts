import { buildRegistry, defineResource, route } from "../../src/resource";
import { resources } from "../../src/resources";

const thing = defineResource({
  kind: "volume" as const,
  commands: { make_thing: {} },
  routes: [route("GET", "/things/:id", {}, () => ({}))],
});

describe("buildRegistry", () => {
  it("accepts all resources of the simulator", () => {
    expect(buildRegistry(resources).routes.length).toBeGreaterThan(100);
  });

  it("refuses a route that exists, whatever the name of its parameter", () => {
    const other = {
      kind: "image" as const,
      routes: [route("GET", "/things/:name", {}, () => ({}))],
    };
    expect(() => buildRegistry([thing, other])).toThrow(
      "image declares GET /things/: a second time",
    );
  });

  it("refuses a second resource of the same kind", () => {
    expect(() => buildRegistry([thing, { kind: "volume" as const, routes: [] }])).toThrow(
      "two resources are called volume",
    );
  });

  it("refuses a command that another resource has", () => {
    const other = { kind: "image" as const, routes: [], commands: { make_thing: {} } };
    expect(() => buildRegistry([thing, other])).toThrow(
      "image declares the command make_thing a second time",
    );
  });

  it("registers the routes and commands of each part of a resource", () => {
    const part = {
      routes: [route("POST", "/things/:id/actions/turn", {}, () => ({}))],
      commands: { turn_thing: {} },
    };
    const registry = buildRegistry([{ ...thing, parts: [part] }]);
    expect(registry.routes.map(({ path }) => path)).toEqual([
      "/things/:id",
      "/things/:id/actions/turn",
    ]);
    expect([...registry.commands.keys()]).toEqual(["make_thing", "turn_thing"]);
  });

  it("refuses a route that two parts of a resource declare", () => {
    expect(() => buildRegistry([{ ...thing, parts: [{ routes: thing.routes }] }])).toThrow(
      "volume declares GET /things/: a second time",
    );
  });

  it("accepts the same path with another method", () => {
    const other = { kind: "image" as const, routes: [route("PUT", "/things/:id", {}, () => ({}))] };
    expect(buildRegistry([thing, other]).routes).toHaveLength(2);
  });
});
