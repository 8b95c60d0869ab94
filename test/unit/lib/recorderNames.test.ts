import { callAccountName, controlAccountName } from "../../../lib/recorderNames";

describe("the accounts of recorders", () => {
  const versions = Array.from({ length: 9 }, (_, index) => index + 1);

  it("are recorders for prosody in meetings, in each version", () => {
    // The defaults of recorder_prefixes in upstream's util.lib.lua.
    const prefixes = ["recorder@recorder.", "jibria@recorder.", "jibrib@recorder."];
    const others = versions
      .map((version) => `${callAccountName(version)}@recorder.meet.example.org`)
      .filter((account) => !prefixes.some((prefix) => account.startsWith(prefix)));
    expect(others).toEqual([]);
  });

  it("differ from those of the version before, which recorders still use", () => {
    for (const version of versions) {
      expect(callAccountName(version + 1)).not.toBe(callAccountName(version));
      expect(controlAccountName(version + 1)).not.toBe(controlAccountName(version));
    }
  });

  it("are those of Jitsi's handbook at first", () => {
    expect([controlAccountName(1), callAccountName(1)]).toEqual(["jibri", "recorder"]);
  });
});
