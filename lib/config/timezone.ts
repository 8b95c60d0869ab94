import type { Problem } from "../problem";
import { defaults } from "../constants";
import { set } from "./problem";

/** Area/City as in the zone files, whose names are case-sensitive on a host, or UTC. */
const pattern = /^(UTC|[A-Z][A-Za-z]+(\/[A-Z][A-Za-z0-9_+-]*){1,2})$/;

/** What is wrong with `timezone`. */
export function timezoneProblems(name: string): Problem[] {
  if (pattern.test(name) && isKnown(name)) return [];
  const reason = `is "${name}"; the name of a time zone is needed, such as Europe/Berlin or UTC`;
  return [{ key: "timezone", reason, fix: set("timezone", defaults.timezone) }];
}

/** Node knows today's names and the old ones; its own list has only one of each. */
function isKnown(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
