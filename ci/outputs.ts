/** What the stack's outputs mean, for people and scripts. A test holds that these are the program's outputs. */
export const outputs: Readonly<Record<string, string>> = {
  url: "Where people meet, as `https://<domain>`.",
  webHost: "Addresses of the web host: `ipv4`, `ipv6`, `privateIp`.",
  bridges:
    "The bridges by number, each with `name` (jvb-0), `nickname` (as jicofo lists it), `ipv4`, `ipv6`, `privateIp`; at last the web host's own (local) where there is one, with the web host's addresses.",
  sshCommands:
    "Host to the command that opens a shell on it, through the bastion where there is one: `web`, `jvb-0`, ...",
  knownHosts:
    "The hosts' own SSH keys, and the bastion's, as lines for `~/.ssh/known_hosts`: nobody has to trust at first use.",
  jitsiVersion:
    "Version of Jitsi (of the package `jitsi-meet`) that the web host has; bridges get the one that belongs to it.",
  dnsRecordsToCreate:
    "Records to make by hand, each with `name`, `type` and `value`; empty where `dnsZone` is set.",
  monthlyCost:
    "What the cluster costs a month at the API's prices before VAT: `net`, `of` (a line for each kind), `traffic` (what is included); only a `net` that says so where it could not be asked.",
  capacity:
    "How many people fit: `estimate`, `withOneBridgeLost`, and the `source` of both. Not measured.",
  readme: "The stack's page in the console of Pulumi Cloud.",
  deploymentKey:
    "Private half of the stack's own SSH key. Secret: shown only with `--show-secrets`.",
};
