import fc from "fast-check";
import { placementGroupCount, placementGroupOf } from "../../../../lib/plan/placementPlan";
import { mostBridges } from "../../../../lib/config/keys/bridges";

describe("placement plan", () => {
  it("puts nine bridges into a group: the tenth place is for a replacement", () => {
    expect([0, 8, 9, 17, 18, 89].map(placementGroupOf)).toEqual([0, 0, 1, 1, 2, 9]);
  });

  it.each([
    [[], 0],
    [[0], 1],
    [[0, 8], 1],
    [[0, 9], 2],
    [[89], 10],
  ])("has the groups that bridges %j are in", (numbers, count) => {
    expect(placementGroupCount(numbers)).toBe(count);
  });

  it("gives every bridge a group that exists, and no group more than nine", () => {
    const number = fc.integer({ min: 0, max: mostBridges - 1 });
    fc.assert(
      fc.property(fc.uniqueArray(number, { minLength: 1 }), (numbers) => {
        const groups = numbers.map(placementGroupOf);
        const sizes = [...new Set(groups)].map((g) => groups.filter((other) => other === g).length);
        expect(Math.max(...groups)).toBe(placementGroupCount(numbers) - 1);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(9);
      }),
    );
  });
});
