/** Version of Debian's client, whose commands the tests run. */
export const hcloudVersion = "1.30";

/** Commands of the client that no test runs, by their first words, with the reason. */
export const commandsNotRun: readonly { readonly command: string; readonly reason: string }[] = [
  {
    command: "context",
    reason: "It stores tokens in a file of the client and sends no request to the API.",
  },
  {
    command: "completion",
    reason: "It writes a shell script and sends no request to the API.",
  },
  { command: "version", reason: "It sends no request to the API." },
  ...["volume", "certificate"].map((command) => ({
    command,
    reason:
      "Not simulated. The tests run `list`, which fails with this message; the other commands use the same routes.",
  })),
  {
    command: "load-balancer",
    reason:
      "Services, targets and networks are not simulated. The tests of hcloud-go and of the provider cover the rest.",
  },
];

/** Where the output of the client may surprise, with the reason. */
export const hcloudNotes: readonly string[] = [
  "`server create --datacenter fsn1-dc14`: the API has no data centers since October 2026. The client sends a field `datacenter`, which is ignored. Use `--location`.",
  "`primary-ip create` always fails: the client sends `datacenter`, or neither that nor the server with `--assignee-id`, and the API requires `location` or `assignee_id`. The error message says this. Create primary IPs with a newer client or with `curl`. Assigning, renaming, protecting and deleting them works.",
  "`datacenter list` and `describe` fail with 410 `deprecated_api_endpoint`, as at Hetzner.",
  "`server request-console` shows an address without a console behind it. `server reset-password` shows a password that no host accepts.",
];
