/**
 * Deprecation of an image, a server type or a location of a server type. The API removed the field
 * `deprecated` in November 2026.
 */
export interface Deprecation {
  readonly announced: string;
  /** From this time on it cannot be ordered. */
  readonly unavailable_after: string;
}

/** Whether it can no longer be ordered. */
export function isRetired({ deprecation }: { readonly deprecation: Deprecation | null }): boolean {
  return deprecation !== null && Date.parse(deprecation.unavailable_after) < Date.now();
}
