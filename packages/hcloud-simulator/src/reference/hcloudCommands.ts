/** Debian's client of which the tests run the commands. */
export const hcloudVersion = "1.30";

/** Commands of the client that no test runs, by the beginning of their words, with the reason. */
export const commandsNotRun: readonly { readonly command: string; readonly reason: string }[] = [
  {
    command: "context",
    reason: "keeps tokens in a file of the client's own; asks the API nothing",
  },
  { command: "completion", reason: "writes a shell script; asks the API nothing" },
  { command: "version", reason: "asks the API nothing" },
  ...["volume", "certificate"].map((command) => ({
    command,
    reason: "not simulated; `list` is run and hears so, the others ask the same routes",
  })),
  {
    command: "load-balancer",
    reason:
      "services, targets and networks are not simulated; hcloud-go and the provider run the rest",
  },
];

/** What the client shows differently than one may expect, and why. */
export const hcloudNotes: readonly string[] = [
  "`server create --datacenter fsn1-dc14`: data centers are gone from the API since October 2026. The client sends a field `datacenter`, which is ignored; use `--location`.",
  "`primary-ip create` always fails: the client sends `datacenter`, or with `--assignee-id` neither that nor the server, and the API asks for `location` or `assignee_id`. The error says so. Make addresses with a newer client, or by `curl`; assigning, naming, protecting and deleting them works.",
  "`datacenter list` and `describe` hear 410 `deprecated_api_endpoint`, as from Hetzner.",
  "`server request-console` shows an address at which nobody answers, `server reset-password` a password that is set nowhere.",
];
