/** The name by which clients reach TURN: one of the web host's names. */
export const turnName = (domain: string): string => `turn.${domain}`;

/** The names of the web host that are in its certificate, the domain first. */
export function webNames({
  domain,
  aliases,
}: {
  readonly domain: string;
  readonly aliases: readonly string[];
}): readonly string[] {
  return [domain, turnName(domain), ...aliases];
}
