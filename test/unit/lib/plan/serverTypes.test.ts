import { candidatesFor, serverSizes, successors } from "../../../../lib/plan/serverTypes";

describe("the table of successors", () => {
  it.each(Object.entries(successors))(
    "never gives less than was asked for: %s, %s",
    (old, next) => {
      const asked = serverSizes[old];
      const given = serverSizes[next];
      expect(given).toBeDefined();
      expect(given?.cores).toBeGreaterThanOrEqual(asked?.cores ?? Infinity);
      expect(given?.memory).toBeGreaterThanOrEqual(asked?.memory ?? Infinity);
      expect(given?.disk).toBeGreaterThanOrEqual(asked?.disk ?? Infinity);
    },
  );

  it("has a candidate beside a retired type only", () => {
    expect(candidatesFor("cx21")).toEqual(["cx21", "cx23"]);
    expect(candidatesFor("cx23")).toEqual(["cx23"]);
  });

  it("resolves to nothing that is itself retired", () => {
    for (const next of Object.values(successors)) {
      expect(successors[next]).toBeUndefined();
    }
  });
});
