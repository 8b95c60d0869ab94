import { carriesMedia, requireMedia } from "../../../src/media/kind";
import type { SandboxState } from "../../../src/state";

const state: SandboxState = { hosts: "nspawn", slot: 0, token: "", passphrase: "" };
const fingerprint = "0".repeat(40);

describe("media", () => {
  it("are there with Jitsi's own packages only", () => {
    expect(carriesMedia({ ...state, jitsi: { kind: "upstream", fingerprint } })).toBe(true);
    expect(carriesMedia({ ...state, jitsi: { kind: "url", fingerprint } })).toBe(true);
    expect(carriesMedia({ ...state, jitsi: { kind: "stand-in", fingerprint } })).toBe(false);
    expect(carriesMedia(state)).toBe(false);
  });

  it("are refused with the reason where there are none", () => {
    expect(() => {
      requireMedia({ ...state, jitsi: { kind: "stand-in", fingerprint } });
    }).toThrow("there is no media to have: this sandbox has stand-ins");
  });
});
