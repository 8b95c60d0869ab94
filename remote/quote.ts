/** A POSIX shell word that stands for exactly this text, whatever is in it. */
export function shQuote(text: string): string {
  if (text.includes("\0")) {
    throw new Error(
      "A value for a remote script holds a NUL character, which no shell variable can hold",
    );
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
