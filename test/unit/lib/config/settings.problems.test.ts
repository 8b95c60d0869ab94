import type { RawConfig } from "../../../../lib/config/keys";
import { messageFor } from "./support";

describe("a wrong value", () => {
  it.each<[keyof RawConfig, string[], string]>([
    ["jvbCount", ["-1", "2.5", "four", "", " 2", "0x2", "1e1"], "a whole number from 0 to 90"],
    [
      "jvbCount",
      ["91", "500"],
      "100 resources and Hetzner does not raise this limit. For more bridges, create a second cluster",
    ],
    [
      "removedBridges",
      ["one", "[1.5]", "[-1]", '["x"]', "{}", "[[1]]"],
      "but must be a list of bridge numbers",
    ],
    ["removedBridges", ["[1,1]"], "has the number 1 twice"],
    [
      "removedBridges",
      ["[7]"],
      "has 7, which does not exist: with jvbCount 2, the numbers go up to 2",
    ],
    ["drainingBridges", ["yes"], "but must be a list of bridge numbers, such as [1]"],
    ["drainingBridges", ["[2]"], "with jvbCount 2, the bridges are 0, 1"],
    ["drainingBridges", ["[0,1]"], "drains every bridge; no meeting could take place"],
    ["rollBridges", ["yes"], "but must be true, false or a list of bridge numbers"],
    ["rollBridges", ["[2]"], "is not a bridge of this cluster"],
    ["localBridge", ["sometimes", ""], "but must be one of auto, always, never"],
    ["drainTimeout", ["soon", "", "-5m", "30", "1d", "5m1h"], "but must be a duration such as 30m"],
    ["drainTimeout", ["25h", "1441m"], "but may be at most 24h"],
    ["forceDrain", ["yes", ""], "but must be true or false"],
    ["protect", ["yes", ""], "but must be true or false"],
    ["jvbSecretVersion", ["0", "two", "1.5", "-1"], "a whole number from 1 to 9999"],
    ["bridgeHeapMb", ["64", "4g", "-1", "1000000"], "a whole number of MB from 192 to 393216"],
    ["jicofoHeapMb", ["64", "4g"], "a whole number of MB from 192 to 393216"],
    ["timezone", ["Berlin", "europe/berlin", "CET+1", "", "Europe/Moon"], "name of a time zone"],
    ["jitsiVersion", ["newest", "2.0", "stable-10888"], "a version of the package jitsi-meet"],
    ["jitsiAptRepository", ["http://x.example", "x.example", "https://a:b@x.example", ""], "https"],
    ["jitsiAptRepository", ["https://x.example/a b", "https://x.example/?a"], "https address"],
    ["jitsiAptKeyFingerprint", ["2DC1389C", "xyz", ""], "40 hexadecimal digits"],
  ])("of %s is refused: %j", (key, values, reason) => {
    for (const value of values) {
      const message = messageFor({ [key]: value });
      expect(message).toContain(`  ${key} `);
      expect(message).toContain(reason);
      expect(message).toMatch(new RegExp(`\\n {6}pulumi config (set|rm)( --path)? .*${key}`));
    }
  });

  it("of two keys together is refused, with the reason", () => {
    expect(messageFor({ jvbCount: "0", localBridge: "never" })).toContain(
      "localBridge is never and jvbCount is 0; no meeting could take place",
    );
    expect(messageFor({ removedBridges: "[1]", drainingBridges: "[1]" })).toContain(
      "drainingBridges has 1, which is not a bridge of this cluster: removedBridges removes it, which also drains it",
    );
    expect(messageFor({ jvbCount: "90", removedBridges: "[1]" })).toContain(
      "removedBridges has 1 number and jvbCount is 90; the sum may be at most 90",
    );
  });
});
