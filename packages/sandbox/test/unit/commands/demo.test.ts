import { sandboxConfig } from "../../../src/commands/demo";
import { upstreamFingerprint } from "../../../src/jitsi/choice";

describe("sandboxConfig", () => {
  const poll = { "hcloud:pollInterval": "500ms" };

  it("leaves jitsiAptKeyFingerprint at its default for packages that Jitsi signed", () => {
    const jitsi = { url: "https://mirror.test", fingerprint: upstreamFingerprint, version: "2" };
    for (const kind of ["upstream", "url"] as const) {
      expect(sandboxConfig({ jitsi: { kind, ...jitsi } })).toEqual(poll);
    }
  });

  it("has the fingerprint of another key", () => {
    const fingerprint = "0".repeat(40);
    expect(sandboxConfig({ jitsi: { kind: "stand-in", fingerprint } })).toEqual({
      ...poll,
      jitsiAptKeyFingerprint: fingerprint,
    });
  });

  it("has none where no host installs anything", () => {
    expect(sandboxConfig({})).toEqual(poll);
  });
});
