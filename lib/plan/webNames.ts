/** The name by which clients reach TURN: one of the web host's names. */
export const turnName = (domain: string): string => `turn.${domain}`;

/** The names of the web host that are in its certificate, the domain first. */
export function webNames({
  domain,
  aliases,
  turn,
}: {
  readonly domain: string;
  readonly aliases: readonly string[];
  /** Whether there is a TURN server. */
  readonly turn: boolean;
}): readonly string[] {
  return [domain, ...(turn ? [turnName(domain)] : []), ...aliases];
}
