import {
  endsLikePart,
  forwardAddress,
  nodeKey,
  nodeNickname,
  nodeParts,
} from "../../../lib/nodeNames";
import { partsOf } from "../../../lib/resourceNames";

describe("the names of existing machines", () => {
  it.each(["berlin", "berlin-2", "a", "my-long-machine-name"])(
    "%s and each of its parts are found in the names of resources",
    (name) => {
      expect(partsOf(`jitsi-${nodeKey(name)}`)).toEqual({ host: `node-${name}`, part: "" });
      for (const part of nodeParts) {
        expect(partsOf(`jitsi-${nodeKey(name)}-${part}`)).toEqual({ host: `node-${name}`, part });
      }
    },
  );

  it("are not those of other hosts", () => {
    expect(partsOf("jitsi-jvb-0-drain")).toEqual({ host: "jvb-0", part: "drain" });
    expect(partsOf("jitsi-web-forward")).toEqual({ host: "web", part: "forward" });
  });

  it.each(["drain", "x-drain", "program-copy"])("%s would be taken for a part", (name) => {
    expect(endsLikePart(name)).toBe(true);
  });

  it("give each machine its own loopback address, which no host and no bridge has", () => {
    const addresses = Array.from({ length: 200 }, (_, number) =>
      forwardAddress(`m-${number}`, "203.0.113.7"),
    );
    for (const address of addresses) expect(address).toMatch(/^127\.80\.\d{1,3}\.[1-9]\d{0,2}$/);
    expect(new Set(addresses).size).toBeGreaterThan(195);
  });

  it("change in jicofo's list and on the web host when the machine is another one", () => {
    expect(nodeNickname("berlin", "203.0.113.7")).toMatch(/^node-berlin-[0-9a-f]{6}$/);
    expect(nodeNickname("berlin", "203.0.113.8")).not.toBe(nodeNickname("berlin", "203.0.113.7"));
    expect(forwardAddress("berlin", "203.0.113.8")).not.toBe(
      forwardAddress("berlin", "203.0.113.7"),
    );
  });
});
