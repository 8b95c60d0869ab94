/** Requests and states that the simulator allows although Hetzner's API may refuse or fail them. */
export const lenient: readonly string[] = [
  "Every server type that is sold in a location is in stock, until `fault sold-out`. At Hetzner the stock changes by the hour.",
  "Nothing fails at random. 429 comes from the rate limit only; 409 `conflict`, 500, 502, 503 and 504 come from `fault` only.",
  "A change is visible in every list at once. At Hetzner, lists and firewalls can be seconds behind.",
  "An action locks its server and nothing else. It is not documented whether Hetzner refuses a change of a primary IP's reverse DNS while its server is locked. Clients should wait for the server.",
  "A change of reverse DNS or of a protection locks nothing: two such changes can run at the same time.",
  "Actions take as long as they took in one observation (see Time). At Hetzner a server can take minutes.",
  "The private network interface is present as soon as the action has ended, until a fault of the sandbox delays it.",
  "Unknown fields of a request are ignored. Hetzner refuses some of the fields that it has removed.",
  "An account has only the documented limits, until `--limit`. A new account at Hetzner has ten servers or fewer.",
  "Every zone is delegated, and its records resolve at once. At Hetzner the registrar and resolvers add delays.",
  "Addresses have no history: none is blocked or on a list of spam senders.",
  "Every token may do everything. Hetzner also has read-only tokens.",
  "A snapshot is small and takes less than a minute. At Hetzner the snapshot of a full disk takes an hour.",
  "Adding a server to a placement group always succeeds up to ten servers. Hetzner can have no room for the next one.",
];
