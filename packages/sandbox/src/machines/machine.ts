import type { NspawnSpec } from "../hosts/nspawnHost";
import { machineId } from "../hosts/names";
import { publicGatewayIpv4, publicGatewayIpv6 } from "../hosts/hostNetwork";
import type { SandboxIdentity } from "../identity";
import { stringify } from "yaml";

/** Systems of a machine. `other` is one that the program does not support: it calls itself Ubuntu. */
export const machineSystems = ["debian-13", "debian-12", "other"] as const;

/** How much of a provider a machine has: `plain` is a stock Debian. */
export const machineLooks = ["provider", "plain"] as const;

/** The packet filter that a machine has of its own. */
export const machineFirewalls = ["none", "nftables", "ufw"] as const;

/** What the power button of a machine does. */
export const powerVerbs = ["on", "off", "shutdown", "reboot"] as const;

/** What the creator of a machine chooses. */
export interface MachineChoice {
  /** Its name in the sandbox: 1 to 30 lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly os: (typeof machineSystems)[number];
  /** The user that logs in over SSH: root, or another one. */
  readonly user: string;
  /** Port of its SSH server. */
  readonly port: number;
  /** Whether the user may become root by sudo without a password. root needs no sudo. */
  readonly sudo: boolean;
  readonly look: (typeof machineLooks)[number];
  readonly firewall: (typeof machineFirewalls)[number];
  /** Whether a web server (apache2) uses port 8080. */
  readonly web: boolean;
  /** Whether an old bridge was installed there and removed, but not purged. */
  readonly leftovers: boolean;
  /** Processor cores that `nproc` prints; 0: those that the sandbox's machine has. */
  readonly cores: number;
}

/** How far a machine is: `installing` lasts until its SSH server and its programs are ready. */
export type MachineState = "installing" | "failed" | "ready";

/** A machine, as the sandbox keeps it. */
export interface Machine extends MachineChoice {
  /** Tells machines apart, from 1. */
  readonly number: number;
  readonly state: MachineState;
  /** Why its installation failed. */
  readonly reason?: string;
  /** Whether it should run. */
  readonly on: boolean;
}

/** A machine as the command line shows it. */
export interface MachineView extends MachineChoice {
  readonly id: number;
  readonly state: MachineState;
  readonly reason?: string;
  readonly status: "running" | "off";
  readonly ipv4: string;
  readonly ipv6: string;
  /** Its SSH host key as in known_hosts: `ssh-ed25519 AAAA...`; empty while it is installed. */
  readonly hostKey: string;
}

/** First number of a machine's address. The addresses below it are free for other uses. */
const firstPart = 15;

/** The public addresses of a machine. None of them is in a range of the API. */
export function machineAddresses(
  { network }: SandboxIdentity,
  number: number,
): { readonly publicIpv4: string; readonly publicIpv6: string } {
  const { ipv4Cidr, ipv6Cidr } = network.machines;
  const [range = ""] = ipv4Cidr.split("/");
  return {
    publicIpv4: range.replace(/\d+$/, (firstPart + number).toString()),
    publicIpv6: ipv6Cidr.replace("::/48", `:${number.toString(16)}::1`),
  };
}

/** The host name that a machine's provider gave it. It has nothing of the name in the sandbox. */
export const providerName = ({ number, look }: Pick<Machine, "number" | "look">): string =>
  look === "plain" ? "debian" : `vps${(47_110 + number * 37).toString()}`;

/** What the machine's host is created from. */
export function machineSpec(identity: SandboxIdentity, machine: Machine): NspawnSpec {
  const addresses = machineAddresses(identity, machine.number);
  return {
    id: machineId(machine.number),
    name: machine.name,
    image: machine.os === "debian-12" ? "debian-12" : "debian-13",
    ...addresses,
    ...{ userData: "", sshKeys: [], networks: [], firewall: null },
    files: machineFiles(identity, machine),
  };
}

/**
 * The files of a machine's disk before its first boot. cloud-init does not run: an image of a
 * provider without it has a fixed network configuration.
 */
function machineFiles(identity: SandboxIdentity, machine: Machine): ReadonlyMap<string, string> {
  const { serviceIpv4, serviceIpv6 } = identity.network;
  const { publicIpv4, publicIpv6 } = machineAddresses(identity, machine.number);
  const name = providerName(machine);
  const eth0 = {
    dhcp4: false,
    "accept-ra": false,
    addresses: [`${publicIpv4}/32`, `${publicIpv6}/64`],
    routes: [
      { to: "0.0.0.0/0", via: publicGatewayIpv4, "on-link": true },
      { to: "::/0", via: publicGatewayIpv6, "on-link": true },
    ],
    nameservers: { addresses: [serviceIpv4, serviceIpv6] },
  };
  return new Map([
    ["/etc/cloud/cloud-init.disabled", ""],
    ["/etc/netplan/01-provider.yaml", stringify({ network: { version: 2, ethernets: { eth0 } } })],
    ["/etc/hostname", `${name}\n`],
    ["/etc/hosts", hostsFile(name)],
  ]);
}

const hostsFile = (name: string): string => `127.0.0.1 localhost
127.0.1.1 ${name}.vps.provider.test ${name}
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
`;

/** The inputs of provisionMachine.sh, as variables of its environment. */
export function provisionInputs(machine: Machine, operatorKey: string): readonly string[] {
  const flag = (value: boolean): string => (value ? "yes" : "no");
  return [
    `SYSTEM=${machine.os}`,
    `LOGIN=${machine.user}`,
    `SSH_PORT=${machine.port.toString()}`,
    `SUDO=${flag(machine.sudo)}`,
    `LOOK=${machine.look}`,
    `FIREWALL=${machine.firewall}`,
    `WEB=${flag(machine.web)}`,
    `LEFTOVERS=${flag(machine.leftovers)}`,
    `CORES=${machine.cores.toString()}`,
    `OPERATOR_KEY=${operatorKey}`,
    "DEBIAN_FRONTEND=noninteractive",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
  ];
}
