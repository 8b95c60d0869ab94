/** Of images, server types and places of server types. The field `deprecated` of former years is gone since November 2026. */
export interface Deprecation {
  readonly announced: string;
  /** From then on it cannot be ordered. */
  readonly unavailable_after: string;
}

/** Whether it can no longer be ordered. */
export function isGone({ deprecation }: { readonly deprecation: Deprecation | null }): boolean {
  return deprecation !== null && Date.parse(deprecation.unavailable_after) < Date.now();
}
