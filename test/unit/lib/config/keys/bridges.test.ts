import { parseSettings } from "../../../../../lib/config/settings";
import { messageFor, valid } from "../support";

describe("a list of bridge numbers", () => {
  it.each([
    ["[1,3]", [1, 3]],
    ['["1"]', [1]],
    ["1", [1]],
    ["1, 3", [1, 3]],
    ["", []],
    [undefined, []],
  ])("is read from %j", (removedBridges, numbers) => {
    expect(parseSettings({ ...valid, removedBridges }).removedBridges).toEqual(numbers);
  });
});

describe("rollBridges", () => {
  it.each([
    ["true", "all"],
    ["false", []],
    ["[1]", [1]],
    ["", []],
  ])("reads %j as %j", (rollBridges, value) => {
    expect(parseSettings({ ...valid, rollBridges }).rollBridges).toEqual(value);
  });
});

describe("the settings about bridges", () => {
  it("are compared with each other where each of them is valid, whatever others are", () => {
    const message = messageFor({ localBridge: "sometimes", drainingBridges: "[7]" });
    expect(message).toContain("  localBridge is");
    expect(message).toContain("  drainingBridges has 7");
  });
});
