/** Quotes a text as one POSIX shell word. Works for every text without a NUL character. */
export function shQuote(text: string): string {
  if (text.includes("\0")) {
    throw new Error(
      "A value for a remote script contains a NUL character, which no shell variable can contain",
    );
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
