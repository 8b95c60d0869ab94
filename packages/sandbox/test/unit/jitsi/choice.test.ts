import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jitsiRequest, upstreamFingerprint } from "../../../src/jitsi/choice";
import { projectDir } from "../../../src/projectDir";

const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";

describe("jitsiRequest", () => {
  it("is auto by default, and stand-in with CI=true", () => {
    expect(jitsiRequest({}, {})).toEqual({ kind: "auto" });
    expect(jitsiRequest({}, { JITSI_HETZNER_JITSI: "" })).toEqual({ kind: "auto" });
    expect(jitsiRequest({}, { CI: "true" })).toEqual({ kind: "stand-in", from: "CI=true" });
  });

  it("takes the option before the variable, and both before CI=true", () => {
    const env = { JITSI_HETZNER_JITSI: "upstream", CI: "true" };
    expect(jitsiRequest({ jitsi: "stand-in" }, env)).toEqual({ kind: "stand-in", from: "--jitsi" });
    expect(jitsiRequest({}, env)).toEqual({
      kind: "upstream",
      url: "https://download.jitsi.org",
      from: "JITSI_HETZNER_JITSI",
    });
  });

  it.each([
    ["https://mirror.example.org/jitsi/", "url", "https://mirror.example.org/jitsi"],
    ["https://localhost:8443", "url", "https://localhost:8443"],
    ["https://download.jitsi.org/", "upstream", "https://download.jitsi.org"],
  ])("takes the address %s", (jitsi, kind, url) => {
    expect(jitsiRequest({ jitsi }, {})).toMatchObject({ kind, url });
  });

  it("takes a fingerprint with spaces", () => {
    const spaced = fingerprint.toLowerCase().replace(/(.{4})/g, "$1 ");
    expect(jitsiRequest({ jitsiKey: spaced }, {})).toMatchObject({ key: fingerprint });
    expect(jitsiRequest({}, { JITSI_HETZNER_JITSI_KEY: fingerprint })).toMatchObject({
      key: fingerprint,
    });
  });

  it.each([
    [
      "/srv/jitsi",
      'is "/srv/jitsi", a path. Hosts get packages over https only: serve the folder, then use its address, such as https://localhost:8443',
    ],
    ["./jitsi", 'is "./jitsi", a path.'],
    ["file:///srv/jitsi", 'is "file:///srv/jitsi", a path.'],
    [
      "http://mirror.example.org",
      'is "http://mirror.example.org", an address without TLS. Only https is allowed, as for hosts in production: https://mirror.example.org',
    ],
    [
      "https://mirror.example.org/stable/",
      'is "https://mirror.example.org/stable/", the folder of the list. Use the address above it: https://mirror.example.org',
    ],
    [
      "newest",
      'is "newest", but must be auto, upstream, stand-in, or the https address of a repository, such as https://mirror.example.org',
    ],
    [
      "https://user:secret@mirror.example.org",
      "but the address must have no user, query or fragment",
    ],
    ["https://", "but must be auto, upstream, stand-in"],
  ])("refuses %s", (value, message) => {
    expect(() => jitsiRequest({ jitsi: value }, {})).toThrow(message);
    expect(() => jitsiRequest({ jitsi: value }, {})).toThrow("--jitsi is ");
    expect(() => jitsiRequest({}, { JITSI_HETZNER_JITSI: value })).toThrow(
      "JITSI_HETZNER_JITSI is",
    );
  });

  it("refuses a fingerprint that is none", () => {
    expect(() => jitsiRequest({ jitsiKey: "2DC1389C" }, {})).toThrow(
      '--jitsi-key is "2DC1389C", but must be the 40 hexadecimal digits of an OpenPGP fingerprint, with or without spaces',
    );
  });
});

describe("upstreamFingerprint", () => {
  it("is the default of jitsiAptKeyFingerprint", () => {
    const settings = readFileSync(join(projectDir, "Pulumi.yaml"), "utf8");
    const standard = /jitsiAptKeyFingerprint:\n(?: {4}.*\n)*? {4}default: (\S+)/.exec(
      settings,
    )?.[1];
    expect(standard).toBe(upstreamFingerprint);
  });
});
