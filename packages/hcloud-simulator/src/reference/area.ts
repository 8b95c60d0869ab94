/** A difference from the real API in a part that is simulated. */
export interface Difference {
  readonly what: string;
  readonly reason: string;
}

/** A part of the API, as the page shows it. */
export interface Area {
  readonly title: string;
  /** The first path segments of its routes. */
  readonly paths: readonly string[];
  /** Its own tests, below test/api. */
  readonly tests: readonly string[];
  /** Tests about this part in the Go modules (hcloud-go and the Terraform provider). */
  readonly goTests: readonly string[];
  /** Its commands in Debian's client: `hcloud <word> ...`. */
  readonly commands: readonly string[];
  readonly differences: readonly Difference[];
}
