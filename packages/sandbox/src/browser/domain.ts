import { Resolver } from "node:dns/promises";
import { UserError } from "../cliSupport";
import type { RunningSandbox } from "../client";

/**
 * Checks that the sandbox's name server knows a domain. A browser would only show that it does not.
 *
 * @throws UserError with what to do
 */
export async function checkDomain({ identity }: RunningSandbox, domain: string): Promise<void> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([identity.network.serviceIpv4]);
  const found = await resolver.resolve4(domain).catch(() => []);
  if (found.length > 0) return;
  throw new UserError(
    `the sandbox's name server has no address for ${domain}; create the cluster (make demo), or name another one: --domain NAME`,
  );
}
