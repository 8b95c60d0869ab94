import { Resolver } from "node:dns/promises";
import { caaIdentities } from "./directories";
import { problem } from "./problems";
import type { IssuanceCheck } from "./validations";

interface CaaSet {
  /** The values of `issue` properties of the closest name that has CAA records. */
  readonly issue: readonly string[];
}

/**
 * Checks the CAA records of a name as Let's Encrypt does (RFC 8659, 3): the records of the name
 * itself, or of the closest parent that has some. Pebble itself does not check them.
 *
 * @param dnsServer `address:port`
 */
export function caaCheck(dnsServer: string): IssuanceCheck {
  const resolver = new Resolver({ timeout: 5_000, tries: 2 });
  resolver.setServers([dnsServer]);
  return async (name) => {
    try {
      const found = await closestSet(resolver, name);
      if (found === undefined || isAllowed(found.issue)) return undefined;
      return problem("caa", `CAA record for ${name} prevents issuance`, 403);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
      const reason =
        code === "ESERVFAIL" ? "SERVFAIL" : code === "ETIMEOUT" ? "query timed out" : code;
      return problem(
        "dns",
        `While processing CAA for ${name}: DNS problem: ${reason} looking up CAA for ${name}`,
        400,
      );
    }
  };
}

async function closestSet(resolver: Resolver, name: string): Promise<CaaSet | undefined> {
  const labels = name.split(".");
  for (let from = 0; from < labels.length; from += 1) {
    const records = await resolver.resolveCaa(labels.slice(from).join(".")).catch(noRecords);
    if (records.length === 0) continue;
    return { issue: records.flatMap(({ issue }) => (issue === undefined ? [] : [issue])) };
  }
  return undefined;
}

/** Names outside of the sandbox's zones are refused, so they have no records either. */
function noRecords(error: unknown): [] {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENODATA" || code === "ENOTFOUND" || code === "EREFUSED") return [];
  throw error;
}

/** Without an `issue` property, a set restricts nothing. `;` alone forbids all. */
function isAllowed(issue: readonly string[]): boolean {
  const names = issue.map((value) => value.split(";")[0]?.trim().toLowerCase() ?? "");
  return names.length === 0 || names.some((name) => caaIdentities.some((own) => own === name));
}
