import { componentPackage } from "./constants";

/** Type tokens of the resources that checks, commands and policies look for. */
export const resourceTypes = {
  server: "hcloud:index/server:Server",
  serverNetwork: "hcloud:index/serverNetwork:ServerNetwork",
  firewall: "hcloud:index/firewall:Firewall",
  network: "hcloud:index/network:Network",
  placementGroup: "hcloud:index/placementGroup:PlacementGroup",
  primaryIp: "hcloud:index/primaryIp:PrimaryIp",
  sshKey: "hcloud:index/sshKey:SshKey",
  rrset: "hcloud:index/zoneRrset:ZoneRrset",
  randomPassword: "random:index/randomPassword:RandomPassword",
  randomBytes: "random:index/randomBytes:RandomBytes",
  remoteCommand: "command:remote:Command",
  copyToRemote: "command:remote:CopyToRemote",
  stack: "pulumi:pulumi:Stack",
} as const;

/** The type token of a component class. It is part of the URN of everything below it, so it never changes. */
export function typeToken(className: string): string {
  return `${componentPackage}:index:${className}`;
}
