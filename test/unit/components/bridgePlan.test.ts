import fc from "fast-check";
import { bridgeNickname, planBridges } from "../../../components/bridgePlan";
import { limits } from "../../../constants";

const count = fc.integer({ min: 0, max: limits.bridges });

describe("planBridges", () => {
  it("names each bridge by its number", () => {
    expect(planBridges(2, "meet.example.org")).toEqual([
      { index: 0, name: "jvb-0", hostname: "jvb-0.meet.example.org", placementGroup: 0 },
      { index: 1, name: "jvb-1", hostname: "jvb-1.meet.example.org", placementGroup: 0 },
    ]);
  });

  it("plans a bridge the same whatever the count", () => {
    fc.assert(
      fc.property(count, count, (a, b) => {
        const fewer = Math.min(a, b);
        expect(planBridges(a, "d.example").slice(0, fewer)).toEqual(
          planBridges(b, "d.example").slice(0, fewer),
        );
      }),
    );
  });
});

describe("bridgeNickname", () => {
  it("follows from the server", () => {
    expect(bridgeNickname("4711")).toBe("jvb-4711");
  });
});
