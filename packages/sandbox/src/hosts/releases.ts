/** Debian releases that hosts can boot, by suite. The newest is last. */
export const suites = ["bookworm", "trixie"] as const;

export type Suite = (typeof suites)[number];

/** Hetzner's system image of each release. */
export const imageOf: Readonly<Record<Suite, string>> = {
  bookworm: "debian-12",
  trixie: "debian-13",
};

/**
 * The release that most hosts boot. The set-up builds its base; the base of another release is
 * built when its first host boots.
 */
export const defaultSuite: Suite = "trixie";

/**
 * The release that a host with this system image boots. Images of other systems boot the default
 * release.
 */
export function suiteOf(image: string): Suite {
  return suites.find((suite) => imageOf[suite] === image) ?? defaultSuite;
}
