import fc from "fast-check";
import { declaredNumbers, hasLocalBridge } from "../../../../lib/config/bridges";
import { mostBridges } from "../../../../lib/config/keys/bridges";

const count = fc.integer({ min: 0, max: mostBridges });
const removed = fc.uniqueArray(fc.integer({ min: 0, max: mostBridges - 1 }), { maxLength: 10 });

describe("declaredNumbers", () => {
  it("are the first that were not taken out", () => {
    expect(declaredNumbers({ jvbCount: 3, removedBridges: [] })).toEqual([0, 1, 2]);
    expect(declaredNumbers({ jvbCount: 3, removedBridges: [1, 2] })).toEqual([0, 3, 4]);
    expect(declaredNumbers({ jvbCount: 0, removedBridges: [] })).toEqual([]);
  });

  it("are as many as asked for, none of them taken out", () => {
    fc.assert(
      fc.property(count, removed, (jvbCount, removedBridges) => {
        const numbers = declaredNumbers({ jvbCount, removedBridges });
        expect(numbers).toHaveLength(jvbCount);
        expect(numbers.filter((number) => removedBridges.includes(number))).toEqual([]);
      }),
    );
  });

  it("of fewer bridges are the first of those of more", () => {
    fc.assert(
      fc.property(count, count, removed, (a, b, removedBridges) => {
        const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
        expect(declaredNumbers({ jvbCount: more, removedBridges }).slice(0, fewer)).toEqual(
          declaredNumbers({ jvbCount: fewer, removedBridges }),
        );
      }),
    );
  });
});

describe("hasLocalBridge", () => {
  it.each([
    ["auto", 0, true],
    ["auto", 1, false],
    ["always", 2, true],
    ["never", 1, false],
  ] as const)("%s with %d bridges: %s", (localBridge, jvbCount, has) => {
    expect(hasLocalBridge({ localBridge, jvbCount })).toBe(has);
  });
});
