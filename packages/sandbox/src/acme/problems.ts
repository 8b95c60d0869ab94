/** An error of ACME (RFC 8555, 6.7). */
export interface Problem {
  readonly type: string;
  readonly detail: string;
  readonly status: number;
}

const urn = "urn:ietf:params:acme:error:";

export const problem = (type: string, detail: string, status: number): Problem => ({
  type: `${urn}${type}`,
  detail,
  status,
});

/** Says that a signed request must be sent again with another nonce. Clients do so by themselves (RFC 8555, 6.5). */
export const badNonce = problem("badNonce", "JWS has an invalid anti-replay nonce", 400);

/**
 * Reasons to refuse a name, in the words of Let's Encrypt. `order` refuses the request; `validation`
 * accepts it, and then the validation of the name fails.
 */
export const refusals = {
  unauthorized: {
    at: "validation",
    status: 403,
    detail: (name: string) =>
      `192.0.2.1: Invalid response from http://${name}/.well-known/acme-challenge/: 404`,
  },
  caa: {
    at: "validation",
    status: 403,
    detail: (name: string) => `CAA record for ${name} prevents issuance`,
  },
  dns: {
    at: "validation",
    status: 400,
    detail: (name: string) =>
      `DNS problem: NXDOMAIN looking up A for ${name} - check that a DNS record exists for this domain`,
  },
  connection: {
    at: "validation",
    status: 400,
    detail: (name: string) =>
      `192.0.2.1: Fetching http://${name}/.well-known/acme-challenge/: Timeout during connect (likely firewall problem)`,
  },
  rejectedIdentifier: {
    at: "order",
    status: 400,
    detail: (name: string) =>
      `Cannot issue for "${name}": The ACME server refuses to issue a certificate for this domain name, because it is forbidden by policy`,
  },
  serverInternal: {
    at: "order",
    status: 500,
    detail: () => "Error creating new order",
  },
} as const satisfies Record<
  string,
  { at: "order" | "validation"; status: number; detail: (name: string) => string }
>;

export type Refusal = keyof typeof refusals;

/** The problem of a refusal, for a name. */
export function refusalProblem(type: Refusal, name: string): Problem {
  const { status, detail } = refusals[type];
  return problem(type, detail(name), status);
}

/** Let's Encrypt's rate limits (https://letsencrypt.org/docs/rate-limits/), in its own words. */
const rateLimits = {
  duplicates: {
    what: () =>
      "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s",
    anchor: "new-certificates-per-exact-set-of-identifiers",
  },
  domain: {
    what: (names: readonly string[]) =>
      `too many certificates (50) already issued for "${registeredDomain(names)}" in the last 168h0m0s`,
    anchor: "new-certificates-per-registered-domain",
  },
  orders: {
    what: () => "too many new orders (300) from this account in the last 3h0m0s",
    anchor: "new-orders-per-account",
  },
  failures: {
    what: (names: readonly string[]) =>
      `too many failed authorizations (5) for "${names[0] ?? ""}" in the last 1h0m0s`,
    anchor: "authorization-failures-per-identifier-per-account",
  },
  registrations: {
    what: () => "too many new registrations (10) from this IP address in the last 3h0m0s",
    anchor: "new-registrations-per-ip-address",
  },
} as const;

export type RateLimitName = keyof typeof rateLimits;

export const rateLimitNames = Object.keys(rateLimits) as readonly RateLimitName[];

/** @param end when the limit ends */
export function rateLimitProblem(
  limit: RateLimitName,
  names: readonly string[],
  end: Date,
): Problem {
  const { what, anchor } = rateLimits[limit];
  const until = `${end.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const detail = `${what(names)}, retry after ${until}: see https://letsencrypt.org/docs/rate-limits/#${anchor}`;
  return problem("rateLimited", detail, 429);
}

/** The last two labels; enough for the names of tests. */
const registeredDomain = (names: readonly string[]): string =>
  (names[0] ?? "").split(".").slice(-2).join(".");
