import fc from "fast-check";
import { placementGroupCount, placementGroupOf } from "../../../components/placementPlan";
import { limits } from "../../../constants";

describe("placement plan", () => {
  it("puts nine bridges into a group: the tenth place is for a replacement", () => {
    expect([0, 8, 9, 17, 18, 89].map(placementGroupOf)).toEqual([0, 0, 1, 1, 2, 9]);
  });

  it("has as many groups as the bridges need", () => {
    expect([0, 1, 9, 10, 18, 19, 90].map(placementGroupCount)).toEqual([0, 1, 1, 2, 2, 3, 10]);
  });

  it("gives every bridge a group that exists, and no group more than nine", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: limits.bridges }), (count) => {
        const groups = Array.from({ length: count }, (_, index) => placementGroupOf(index));
        const sizes = [...new Set(groups)].map((g) => groups.filter((other) => other === g).length);
        expect(sizes.length).toBe(placementGroupCount(count));
        expect(Math.max(...groups)).toBe(placementGroupCount(count) - 1);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(9);
      }),
    );
  });
});
