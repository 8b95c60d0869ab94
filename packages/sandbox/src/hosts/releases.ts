/** Releases of Debian that hosts boot, by their suites; the newest one last. */
export const suites = ["bookworm", "trixie"] as const;

export type Suite = (typeof suites)[number];

/** The system image at Hetzner that each release is. */
export const imageOf: Readonly<Record<Suite, string>> = {
  bookworm: "debian-12",
  trixie: "debian-13",
};

/** The release of what most hosts boot; made by the set-up, while another one is made when the first host needs it. */
export const usualSuite: Suite = "trixie";

/** What a host with this system image boots: its own release, or the usual one for a system that the sandbox does not have. */
export function suiteOf(image: string): Suite {
  return suites.find((suite) => imageOf[suite] === image) ?? usualSuite;
}
