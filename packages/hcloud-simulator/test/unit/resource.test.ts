import { buildRegistry, defineResource, route } from "../../src/resource";
import { resources } from "../../src/resources";

const thing = defineResource({
  kind: "thing",
  commands: { make_thing: {} },
  routes: [route("GET", "/things/:id", {}, () => ({}))],
});

describe("buildRegistry", () => {
  it("takes all resources of the simulator", () => {
    expect(buildRegistry(resources).routes.length).toBeGreaterThan(100);
  });

  it("refuses a route that exists, whatever its parameter is called", () => {
    const other = { kind: "other", routes: [route("GET", "/things/:name", {}, () => ({}))] };
    expect(() => buildRegistry([thing, other])).toThrow(
      "other declares GET /things/: a second time",
    );
  });

  it("refuses a second resource of the same kind", () => {
    expect(() => buildRegistry([thing, { kind: "thing", routes: [] }])).toThrow(
      "two resources are called thing",
    );
  });

  it("refuses a command that another resource has", () => {
    const other = { kind: "other", routes: [], commands: { make_thing: {} } };
    expect(() => buildRegistry([thing, other])).toThrow(
      "other declares the command make_thing a second time",
    );
  });

  it("tells the same path with another method apart", () => {
    const other = { kind: "other", routes: [route("PUT", "/things/:id", {}, () => ({}))] };
    expect(buildRegistry([thing, other]).routes).toHaveLength(2);
  });
});
