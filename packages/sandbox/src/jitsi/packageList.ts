/** A package in the index of a repository (the file `Packages`). */
export interface ListedPackage {
  readonly name: string;
  readonly version: string;
  /** Path below the repository's address, without a leading slash. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The fields Pre-Depends and Depends. */
  readonly depends: string;
}

/** One version of Jitsi: a version of the package `jitsi-meet` with all packages that it names exactly. */
export interface JitsiRelease {
  readonly version: string;
  /** The metapackage itself is not one of them, because hosts do not install it. */
  readonly parts: readonly ListedPackage[];
}

/** Packages without which the program cannot install a host. */
const required = ["jicofo", "jitsi-videobridge2"] as const;

/** A repository cannot be used. The message says why, without its address. */
export class UnusableRepository extends Error {}

/** The packages of an index. An entry without the fields that apt needs is left out. */
export function parsePackages(text: string): readonly ListedPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string): string =>
      new RegExp(`^${name}: *(.*)$`, "m").exec(paragraph)?.[1]?.trim() ?? "";
    const [name, version, sha256] = [field("Package"), field("Version"), field("SHA256")];
    const path = field("Filename").replace(/^(\.?\/)+/, "");
    // The hash becomes a file name.
    if (name === "" || version === "" || path === "" || !/^[0-9a-f]{64}$/.test(sha256)) return [];
    const depends = `${field("Pre-Depends")}, ${field("Depends")}`;
    return [{ name, version, path, sha256, size: Number(field("Size")), depends }];
  });
}

/**
 * The newest release in a list, which hosts install if `jitsiVersion` is not set.
 *
 * @throws UnusableRepository when the list has no release with all its packages
 */
export function newestRelease(packages: readonly ListedPackage[]): JitsiRelease {
  const [newest] = packages
    .filter(({ name }) => name === "jitsi-meet")
    .sort((a, b) => compareVersions(b.version, a.version));
  if (newest === undefined) {
    const names = [...new Set(packages.map(({ name }) => name))].sort().slice(0, 8).join(", ");
    throw new UnusableRepository(
      `it has no package jitsi-meet, which names the versions of all others; it has ${names || "no packages"}`,
    );
  }
  const pins = [...newest.depends.matchAll(/\b(jicofo|jitsi-[a-z0-9-]+) \(= ([^)]+)\)/g)].map(
    ([, name = "", version = ""]) => ({ name, version }),
  );
  const unnamed = required.filter((name) => !pins.some((pin) => pin.name === name));
  if (unnamed.length > 0) {
    throw new UnusableRepository(
      `jitsi-meet ${newest.version} names no exact version of ${unnamed.join(" and ")}`,
    );
  }
  const found = pins.map(({ name, version }) => ({
    what: `${name} ${version}`,
    listed: packages.find((one) => one.name === name && one.version === version),
  }));
  const missing = found.flatMap(({ what, listed }) => (listed === undefined ? [what] : []));
  if (missing.length > 0) {
    throw new UnusableRepository(
      `it has only some of the packages of jitsi-meet ${newest.version}; missing: ${missing.join(", ")}`,
    );
  }
  return {
    version: newest.version,
    parts: found.flatMap(({ listed }) => (listed === undefined ? [] : [listed])),
  };
}

/** Whether a release runs on Java. Stand-ins do not. */
export const needsJava = ({ parts }: JitsiRelease): boolean =>
  parts.some(({ depends }) => /\bjre\b/.test(depends));

/** Compares versions of jitsi-meet, which are numbers with dots and a hyphen: 2.0.11146-1. */
function compareVersions(a: string, b: string): number {
  const numbers = (version: string): number[] => version.split(/\D+/).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
