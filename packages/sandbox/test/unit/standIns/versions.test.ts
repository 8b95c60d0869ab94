import { fillIn, packageVersions, programVersion, releases } from "../../../src/standIns/versions";

describe("programVersion", () => {
  it.each([
    ["2.3-307-g5a9c1e7f-1", "2.3.307-g5a9c1e7f"],
    ["1.0-1189-1", "1.0.1189"],
    ["1.0.9146-1", "1.0.9146"],
  ])("%s is %s", (debian, program) => {
    expect(programVersion(debian)).toBe(program);
  });
});

describe("fillIn", () => {
  it("inserts the version of the requested release", () => {
    expect(fillIn("@VERSION@ @PROGRAM_VERSION@", "jicofo", 0)).toBe("1.0-1189-1 1.0.1189");
    expect(fillIn("@VERSION@ @PROGRAM_VERSION@", "jicofo", 1)).toBe("1.0-1177-1 1.0.1177");
  });

  it("pins other packages to the same release", () => {
    expect(fillIn("(= @VERSION:jicofo@)", "jitsi-meet", 1)).toBe("(= 1.0-1177-1)");
  });

  it("keeps only lines of this release: 11146, 11031, 10888, 10741", () => {
    const text = "all\n@BEFORE:10888@old\n@SINCE:10888@@BEFORE:11146@between\n@SINCE:11146@new\n";
    expect([0, 1, 2, 3].map((release) => fillIn(text, "jicofo", release))).toEqual([
      "all\nnew\n",
      "all\nbetween\n",
      "all\nbetween\n",
      "all\nold\n",
    ]);
  });

  it("refuses a package that does not exist", () => {
    expect(() => fillIn("@VERSION:jigasi@", "jitsi-meet", 0)).toThrow(
      "standIns/jitsi-meet: @VERSION:jigasi@ does not name a package",
    );
  });
});

describe("packageVersions", () => {
  it("has every package in every release, newest first", () => {
    for (const versions of Object.values(packageVersions)) {
      expect(versions).toHaveLength(releases);
      expect([...versions].sort().reverse()).toEqual(versions);
    }
  });
});
