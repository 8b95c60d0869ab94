/**
 * The directories of the sandbox's ACME server, by their short names. The first two have the names
 * of Let's Encrypt, so the program needs no other setting than in production. All three are the same
 * server with the same accounts.
 */
export const directoryHosts = {
  production: "acme-v02.api.letsencrypt.org",
  staging: "acme-staging-v02.api.letsencrypt.org",
  /** Like an authority inside a company: hosts trust neither its TLS nor its certificates. */
  internal: "acme.internal.test",
} as const;

export type DirectoryName = keyof typeof directoryHosts;

export const directoryNames = Object.keys(directoryHosts) as readonly DirectoryName[];

/** Address of a directory, for ACME clients. */
export const directoryUrl = (name: DirectoryName): string =>
  `https://${directoryHosts[name]}/directory`;

/** What CAA records must contain to allow the ACME server. */
export const caaIdentities = ["letsencrypt.org"] as const;
