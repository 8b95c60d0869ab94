/** The meaning of each output of the stack. A test compares the names with the outputs of the program. */
export const outputs: Readonly<Record<string, string>> = {
  url: "The address of the meetings: `https://<domain>`.",
  webHost: "The addresses of the web host: `ipv4`, `ipv6`, `privateIp`.",
  bridges:
    "The bridges, sorted by number. Each has `name` (jvb-0), `nickname` (its name in jicofo's list), `ipv4`, `ipv6` and `privateIp`. The web host's own bridge (`local`), if there is one, is the last. It has the addresses of the web host.",
  recorders:
    "The recorders, sorted by number, as `bridges`. Each has `name` (jibri-0), `nickname`, `ipv4`, `ipv6` and `privateIp`. The web host's own recorder (`local-recorder`), if there is one, is the last.",
  sshCommands:
    "For each host (`web`, `jvb-0`, ...), the command that opens a shell on it, through the bastion if there is one.",
  knownHosts:
    "The SSH host keys of the hosts and of the bastion, as lines for `~/.ssh/known_hosts`. With them, `ssh` does not ask whether to trust a host.",
  jitsiVersion:
    "The version of Jitsi on the web host (package `jitsi-meet`). Bridges get the version that belongs to it.",
  dnsRecordsToCreate:
    "The DNS records that you have to create, each with `name`, `type` and `value`. Empty if `dnsZone` is set.",
  monthlyCost:
    "The cost of the cluster per month, at the prices of the API, before VAT: `net`, `of` (one line for each kind of object) and `traffic` (the included traffic). If prices are unavailable, only `net` is set, with the reason.",
  capacity:
    "How many participants fit: `estimate`, `withOneBridgeLost`, and the `source` of both. The figures are not measured. With recorders also `recordings`: how many recordings or live streams at the same time.",
  readme: "The page of the stack in the console of Pulumi Cloud.",
  deploymentPublicKey:
    "Public half of the SSH key of the stack, for the user of an [existing machine](existing-machines.md).",
  deploymentKey:
    "The private half of the stack's own SSH key. Secret: Pulumi shows it only with `--show-secrets`.",
};
