/** Area/City as in the zone files, whose names are case-sensitive on a host, or UTC. */
const pattern = /^(UTC|[A-Z][A-Za-z]+(\/[A-Z][A-Za-z0-9_+-]*){1,2})$/;

/** Whether a text is the name of a time zone, as a host has it. */
export const isTimezone = (text: string): boolean => pattern.test(text) && isKnown(text);

/** Node.js knows today's names and the old ones; its own list has only one of each. */
function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
