/** What differs from the real API although it is answered. */
export interface Difference {
  readonly what: string;
  readonly reason: string;
}

/** A part of the API, as the page shows it. */
export interface Area {
  readonly title: string;
  /** First parts of its routes' paths. */
  readonly paths: readonly string[];
  /** Its own tests, below test/api. */
  readonly tests: readonly string[];
  /** The tests of the Go modules, of hcloud-go and of the Terraform provider, that are about it. */
  readonly goTests: readonly string[];
  /** Its commands of Debian's client: `hcloud <word> ...`. */
  readonly commands: readonly string[];
  readonly differences: readonly Difference[];
}
