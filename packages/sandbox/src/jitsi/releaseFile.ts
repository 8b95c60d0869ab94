/** The fields of a repository's signed list (`Release`) that the sandbox uses. */
export interface ReleaseFile {
  /** Undefined if the list has no date. */
  readonly date?: Date;
  /** Sums of the index files by their path below the list. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly size: number }>;
}

/** Reads the verified text of a list. */
export function parseRelease(text: string): ReleaseFile {
  const date = new Date(/^Date: *(.*)$/m.exec(text)?.[1] ?? "");
  const sums = /^SHA256:[^\n]*\n((?:[ \t].*(?:\n|$))*)/m.exec(text)?.[1] ?? "";
  const files = new Map<string, { sha256: string; size: number }>();
  for (const line of sums.split("\n")) {
    const [sha256, size, path] = line.trim().split(/\s+/);
    if (sha256 !== undefined && path !== undefined) files.set(path, { sha256, size: Number(size) });
  }
  return { date: Number.isNaN(date.getTime()) ? undefined : date, files };
}
