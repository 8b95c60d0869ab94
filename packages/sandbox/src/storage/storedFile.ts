/** A file in a storage. */
export interface StoredFile {
  /** Below the bucket, or below the user's home. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}
