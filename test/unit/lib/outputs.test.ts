import { planOf } from "./preflight/support/cloud";
import { capacityEstimate, stackReadme } from "../../../lib/outputs";

describe("capacityEstimate", () => {
  it("tells how many recordings there can be at a time, where there are recorders", () => {
    expect(capacityEstimate(planOf({ jibriCount: "2" })).recordings).toContain("2 recordings");
    expect(capacityEstimate(planOf({}))).not.toHaveProperty("recordings");
  });

  it.each([
    [2, "auto", /^about 160 participants in all meetings together$/, /^about 80 participants /],
    [
      1,
      "auto",
      /^about 80 participants in all meetings together$/,
      /^none: there is no other bridge$/,
    ],
    [
      0,
      "auto",
      /^a few small meetings, on the web host's own bridge$/,
      /^none: there is no other bridge$/,
    ],
    [
      90,
      "auto",
      /^about 5000 participants .* more is too much for the web host/,
      /^about 5000 participants /,
    ],
    [
      1,
      "always",
      /^about 80 participants .* and a few on the web host's own/,
      /^a few small meetings/,
    ],
  ] as const)("of %i bridges, with localBridge %s", (jvbCount, localBridge, all, oneLost) => {
    const estimate = capacityEstimate(planOf({ jvbCount: jvbCount.toString(), localBridge }));
    expect(estimate.estimate).toMatch(all);
    expect(estimate.withOneBridgeLost).toMatch(oneLost);
  });
});

describe("stackReadme", () => {
  it.each([
    [3, "auto", "One web host and 3 bridges:"],
    [1, "never", "One web host and 1 bridge:"],
    [0, "auto", "One web host with a bridge of its own:"],
    [1, "always", "One web host with a bridge of its own and 1 bridge:"],
  ] as const)("tells which hosts there are: %i, %s", (jvbCount, localBridge, text) => {
    expect(stackReadme(planOf({ jvbCount: jvbCount.toString(), localBridge }))).toContain(text);
  });
});
