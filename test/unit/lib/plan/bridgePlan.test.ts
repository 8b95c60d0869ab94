import { bridgeNickname, planBridges } from "../../../../lib/plan/bridgePlan";

describe("planBridges", () => {
  it("names each bridge by its number, whatever the others are", () => {
    expect(planBridges([1, 9], "meet.example.org")).toEqual([
      { index: 1, name: "jvb-1", hostname: "jvb-1.meet.example.org", placementGroup: 0 },
      { index: 9, name: "jvb-9", hostname: "jvb-9.meet.example.org", placementGroup: 1 },
    ]);
  });
});

describe("bridgeNickname", () => {
  it("follows from the server", () => {
    expect(bridgeNickname("4711")).toBe("jvb-4711");
  });
});
