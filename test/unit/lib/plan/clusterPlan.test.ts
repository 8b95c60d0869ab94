import fc from "fast-check";
import { allBridges, planCluster } from "../../../../lib/plan/clusterPlan";
import { parseSettings } from "../../../../lib/config/settings";
import { planOf } from "../preflight/support/cloud";

describe("planCluster", () => {
  it("is a web host at the meeting domain, and bridges by number", () => {
    expect(planOf({ jvbCount: "2", removedBridges: "[0]", drainingBridges: "[2]" })).toEqual({
      webHost: { role: "web", name: "web", hostname: "meet.example.org" },
      bridges: [
        {
          role: "jvb",
          index: 1,
          name: "jvb-1",
          hostname: "jvb-1.meet.example.org",
          placementGroup: 0,
          draining: false,
          rolled: false,
        },
        {
          role: "jvb",
          index: 2,
          name: "jvb-2",
          hostname: "jvb-2.meet.example.org",
          placementGroup: 0,
          draining: true,
          rolled: false,
        },
      ],
      localBridge: undefined,
      placementGroups: 1,
      recorders: [],
      localRecorder: undefined,
      recorderPlacementGroups: 0,
      webMedia: true,
    });
  });

  it.each([
    ["[1]", [false, true, false]],
    ["true", [true, true, true]],
    ["false", [false, false, false]],
  ])("rolls the bridges that rollBridges %s names", (rollBridges, rolled) => {
    const { bridges } = planOf({ jvbCount: "3", rollBridges });
    expect(bridges.map((bridge) => bridge.rolled)).toEqual(rolled);
  });

  it.each([
    ["0", "auto", ["local"], true],
    ["1", "auto", ["jvb-0"], true],
    ["1", "always", ["jvb-0", "local"], true],
    ["1", "never", ["jvb-0"], false],
  ])(
    "with %s bridges and localBridge %s has the bridges %j",
    (jvbCount, localBridge, names, media) => {
      const plan = planOf({ jvbCount, localBridge });
      expect(allBridges(plan).map(({ name }) => name)).toEqual(names);
      expect(plan.webMedia).toBe(media);
    },
  );

  it("plans a bridge by its own number: a higher count changes none that is there", () => {
    const count = fc.integer({ min: 0, max: 89 });
    const settings = parseSettings({ domain: "meet.example.org" });
    fc.assert(
      fc.property(count, count, (a, b) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)];
        const plans = [few, many].map((jvbCount) => planCluster({ ...settings, jvbCount }));
        expect(plans[1]?.bridges.slice(0, few)).toEqual(plans[0]?.bridges);
      }),
    );
  });

  it("has a placement group for every bridge", () => {
    const { bridges, placementGroups } = planOf({ jvbCount: "12" });
    expect(Math.max(...bridges.map(({ placementGroup }) => placementGroup))).toBe(
      placementGroups - 1,
    );
  });
});
