/** Two labels or more, as in RFC 1123, lower case; the last one not a number, so that no IPv4 address passes. */
const pattern =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text is a full host name in lower case, without the trailing dot. */
export const isHostname = (text: string): boolean => pattern.test(text);

/** The host name that a text probably means: `https://Meet.Example.org/` as meet.example.org. */
export function nearestHostname(text: string): string | undefined {
  const guess = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/:?#].*$/, "")
    .replace(/\.+$/, "");
  return isHostname(guess) ? guess : undefined;
}
