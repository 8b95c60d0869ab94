import fc from "fast-check";
import {
  bridgeAccountName,
  bridgeName,
  bridgeNickname,
  bridgeNumber,
  hostNameOf,
  localBridgeNickname,
} from "../../../lib/bridgeNames";

describe("the names of a bridge", () => {
  it("lead back to its number", () => {
    fc.assert(
      fc.property(fc.nat(9_999), (index) => {
        expect(bridgeNumber(bridgeName(index))).toBe(index);
      }),
    );
  });

  it.each(["web", "local", "jvb", "jvb-", "jvb-x", "jvb-local-7", "my-jvb-1", "jvb-10042", "1"])(
    "are not %s",
    (name) => {
      expect(bridgeNumber(name)).toBeUndefined();
    },
  );

  it("follow from the server in jicofo's list", () => {
    expect(bridgeNickname("4711")).toBe("jvb-4711");
    expect(localBridgeNickname("4711")).toBe("jvb-local-4711");
  });

  it("are the host's, by its labels", () => {
    expect(hostNameOf({ role: "web" })).toBe("web");
    expect(hostNameOf({ role: "jvb", index: "0", stack: "production" })).toBe("jvb-0");
  });
});

describe("the bridges' account", () => {
  it("has the packages' name first, and another one for each version", () => {
    expect([1, 2, 12].map(bridgeAccountName)).toEqual(["jvb", "jvb-2", "jvb-12"]);
  });
});
