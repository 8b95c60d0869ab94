import { needsJava, newestRelease, parsePackages } from "../../../src/jitsi/packageList";

const sha256 = "a".repeat(64);

const entry = (name: string, version: string, more: Record<string, string> = {}): string =>
  Object.entries({
    Package: name,
    Version: version,
    Filename: `./stable/${name}_${version}_all.deb`,
    Size: "7",
    SHA256: sha256,
    ...more,
  })
    .map(([field, value]) => `${field}: ${value}`)
    .join("\n");

const meta = (version: string, jicofo: string, bridge: string): string =>
  entry("jitsi-meet", version, {
    "Pre-Depends": `jitsi-videobridge2 (= ${bridge})`,
    Depends: `jicofo (= ${jicofo}), other (>= 3)`,
  });

describe("parsePackages", () => {
  it("has path, size and hash, and leaves out what has no valid hash", () => {
    const text = [entry("jicofo", "1.0-9-1"), entry("x", "1", { SHA256: "../../etc" })].join(
      "\n\n",
    );
    expect(parsePackages(text)).toEqual([
      {
        name: "jicofo",
        version: "1.0-9-1",
        path: "stable/jicofo_1.0-9-1_all.deb",
        size: 7,
        sha256,
        depends: ", ",
      },
    ]);
  });
});

describe("newestRelease", () => {
  const list = (...entries: string[]) => parsePackages(entries.join("\n\n"));

  it("is the highest version by number, with the packages that it names", () => {
    const release = newestRelease(
      list(
        meta("2.0.9999-1", "1.0-8-1", "2.3-8-1"),
        meta("2.0.11146-1", "1.0-9-1", "2.3-9-1"),
        entry("jicofo", "1.0-8-1"),
        entry("jicofo", "1.0-9-1"),
        entry("jitsi-videobridge2", "2.3-9-1"),
      ),
    );
    expect(release.version).toBe("2.0.11146-1");
    expect(release.parts.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "jitsi-videobridge2 2.3-9-1",
      "jicofo 1.0-9-1",
    ]);
  });

  it.each([
    [
      "some of the packages",
      [meta("2.0.1-1", "1.0-9-1", "2.3-9-1"), entry("jicofo", "1.0-8-1")],
      "it has only some of the packages of jitsi-meet 2.0.1-1; missing: jitsi-videobridge2 2.3-9-1, jicofo 1.0-9-1",
    ],
    [
      "no jitsi-meet",
      [entry("jicofo", "1.0-8-1"), entry("jigasi", "1")],
      "it has no package jitsi-meet, which names the versions of all others; it has jicofo, jigasi",
    ],
    [
      "nothing",
      [],
      "it has no package jitsi-meet, which names the versions of all others; it has no packages",
    ],
    [
      "a jitsi-meet of another form",
      [entry("jitsi-meet", "2.0.1-1", { Depends: "jicofo (= 1.0-9-1)" })],
      "jitsi-meet 2.0.1-1 names no exact version of jitsi-videobridge2",
    ],
  ])("refuses a repository with %s", (_, entries, message) => {
    expect(() => newestRelease(list(...entries))).toThrow(message);
  });
});

describe("needsJava", () => {
  it.each([
    ["openjdk-17-jre-headless | openjdk-21-jre-headless, libssl3", true],
    ["python3.11 | python3.13", false],
  ])("%s: %s", (depends, expected) => {
    const parts = parsePackages(entry("jitsi-videobridge2", "1", { "Pre-Depends": depends }));
    expect(needsJava({ version: "1", parts })).toBe(expected);
  });
});
