/**
 * Version numbers of the stand-ins, in upstream's form (stable 2.0.11146 of August 2026). The first
 * one of a list is the current one, which apt installs by default.
 */
export const packageVersions = {
  "jitsi-videobridge2": [
    "2.3-307-g5a9c1e7f-1",
    "2.3-296-g1c04be2d-1",
    "2.3-280-g7be1f0a3-1",
    "2.3-271-g0d9a44c1-1",
  ],
  jicofo: ["1.0-1189-1", "1.0-1177-1", "1.0-1166-1", "1.0-1158-1"],
  jibri: ["8.0-185-g6b2d41f-1", "8.0-179-ga40c6a4-1", "8.0-173-g1d0f2e9-1", "8.0-169-g3c52a7b-1"],
  "jitsi-meet-web": ["1.0.9146-1", "1.0.9031-1", "1.0.8922-1", "1.0.8792-1"],
  "jitsi-meet-web-config": ["1.0.9146-1", "1.0.9031-1", "1.0.8922-1", "1.0.8792-1"],
  "jitsi-meet-prosody": ["1.0.9146-1", "1.0.9031-1", "1.0.8922-1", "1.0.8792-1"],
  "jitsi-meet": ["2.0.11146-1", "2.0.11031-1", "2.0.10888-1", "2.0.10741-1"],
} as const satisfies Record<string, readonly string[]>;

export type PackageName = keyof typeof packageVersions;

/** The versions of all packages, of the same releases in the same order. */
export type Versions = Readonly<Record<PackageName, readonly string[]>>;

/** Packages with a program in Python. Each contains a copy of `common/` at this path. */
export const programs: Partial<Record<PackageName, string>> = {
  "jitsi-videobridge2": "usr/share/jitsi-videobridge/lib",
  jicofo: "usr/share/jicofo/lib",
  jibri: "opt/jitsi/jibri/lib",
};

/**
 * The version that a program reports: without Debian's revision, and with a dot instead of the
 * first hyphen, like upstream's jars (2.3-307-gabc-1 -> 2.3.307-gabc).
 */
export function programVersion(version: string): string {
  return version.replace(/-\d+$/, "").replace("-", ".");
}

/** The build number of a release of jitsi-meet: 2.0.10888-1 -> 10888. */
export function buildOf(release: number, versions: Versions = packageVersions): number {
  return Number(versionOf("jitsi-meet", release, versions).split(/[.-]/)[2]);
}

/**
 * Removes lines of other releases. A line that begins with `@SINCE:10888@` is part of that build of
 * jitsi-meet and later ones. A line that begins with `@BEFORE:11031@` is part of earlier builds. A
 * line can have both marks.
 */
function linesOf(text: string, release: number, versions: Versions): string {
  const build = buildOf(release, versions);
  const isOther = (mark: string): boolean => {
    const [, word, number] = /^@(SINCE|BEFORE):(\d+)@$/.exec(mark) ?? [];
    return word === "SINCE" ? build < Number(number) : build >= Number(number);
  };
  return text
    .split("\n")
    .flatMap((line) => {
      const [marks = ""] = /^(@(SINCE|BEFORE):\d+@)*/.exec(line) ?? [];
      const each = marks.match(/@[^@]+@/g) ?? [];
      return each.some(isOther) ? [] : [line.slice(marks.length)];
    })
    .join("\n");
}

/**
 * Fills in the placeholders of a package's text files, after `linesOf`: `@VERSION@`,
 * `@PROGRAM_VERSION@` and, for the exact versions in the metapackage, `@VERSION:<package>@` (the
 * version of the same release).
 */
export function fillIn(
  text: string,
  name: PackageName,
  release: number,
  versions: Versions = packageVersions,
): string {
  const own = versionOf(name, release, versions);
  return linesOf(text, release, versions)
    .replaceAll("@VERSION@", own)
    .replaceAll("@PROGRAM_VERSION@", programVersion(own))
    .replaceAll(/@VERSION:([a-z0-9-]+)@/g, (_, other: string) => {
      if (!(other in packageVersions)) {
        throw new Error(`standIns/${name}: @VERSION:${other}@ does not name a package`);
      }
      return versionOf(other as PackageName, release, versions);
    });
}

/** Number of releases in the repository: the current one (0) and older ones. */
export const releases = 4;

function versionOf(name: PackageName, release: number, versions: Versions): string {
  const version = versions[name][release];
  if (version === undefined) {
    throw new Error(`standIns/versions.ts: ${name} has no version for release ${release}`);
  }
  return version;
}
