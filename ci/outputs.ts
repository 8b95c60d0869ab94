/** What the stack's outputs mean, for people and scripts. A test holds that these are the program's outputs. */
export const outputs: Readonly<Record<string, string>> = {
  url: "Where people meet, as `https://<domain>`.",
  webHost: "Addresses of the web host: `ipv4`, `ipv6`, `privateIp`.",
  bridges:
    "The bridges by number, each with `name` (jvb-0), `nickname` (as jicofo lists it), `ipv4`, `ipv6`, `privateIp`.",
  sshCommands: "Host to the command that opens a shell on it: `web`, `jvb-0`, ...",
  dnsRecordsToCreate:
    "Records to make by hand, each with `name`, `type` and `value`; empty where `dnsZone` is set.",
  monthlyCost:
    "What the cluster costs a month at the API's prices, net; absent where it could not be asked.",
  deploymentKey:
    "Private half of the stack's own SSH key. Secret: shown only with `--show-secrets`.",
};
