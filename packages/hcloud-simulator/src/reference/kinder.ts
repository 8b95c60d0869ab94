/** Where this API lets something pass that Hetzner's may not. What works here can fail there for these. */
export const kinder: readonly string[] = [
  "Every type that is sold in a location is in stock, until `fault sold-out`. At Hetzner stock changes by the hour.",
  "Nothing fails by itself: 429 comes from the rate limit, and 409 `conflict`, 500, 502, 503 and 504 from `fault` alone.",
  "A change shows in every list at once. Hetzner's lists and its firewalls can be seconds behind.",
  "An action locks its server and nothing else. Whether Hetzner refuses a reverse name of a primary IP while its server is locked is not documented; the program waits for the server in any case.",
  "Setting a reverse name or a protection locks nothing: two at a time pass.",
  "Actions take as long as they were seen to take once (see Time). At Hetzner a server can take minutes.",
  "The private network's interface is there as soon as the action has ended, until a fault of the sandbox holds it back.",
  "Unknown fields of a request are ignored. Hetzner refuses some of those that it has removed.",
  "An account has no limits but those of its documentation, until `--limit`. A new account at Hetzner has ten servers or fewer.",
  "Every zone is delegated, and its records are found at once. At Hetzner a registrar and resolvers come between.",
  "Addresses have no past: none is blocked, or on a list of senders of spam.",
  "A token may do everything. Hetzner has tokens that may only read.",
  "A snapshot is small and made within a minute; one of a full disk takes an hour.",
  "Placement in a group always succeeds up to ten servers. Hetzner can have no room for the next one.",
];
