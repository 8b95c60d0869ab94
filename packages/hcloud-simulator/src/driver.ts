/**
 * What the API simulator asks of the machines behind it. Two implementations: real hosts
 * (systemd-nspawn) and none (API only). The API owns all facts (ids, addresses, firewalls); the
 * driver owns nothing that it could not make again from a HostSpec.
 */
export interface HostDriver {
  /** Makes the host's disk and network and boots it. Resolves when the host's init runs, not when cloud-init is done. */
  create(spec: HostSpec): Promise<void>;
  /** Boots a host that is off. No-op when it runs. */
  powerOn(id: number): Promise<void>;
  /** Pulls the plug. No-op when it is off. */
  powerOff(id: number): Promise<void>;
  /** ACPI shutdown: asks the host to end, gives up after a bounded time. */
  shutdown(id: number): Promise<void>;
  /** A reboot from inside (ctrl-alt-del). */
  reboot(id: number): Promise<void>;
  /** Ends the host and removes its disk, links and names. No-op for an unknown id. */
  delete(id: number): Promise<void>;
  /** Plugs a private network in while the host runs (or is off), with its address configured. */
  attachNetwork(id: number, attachment: PrivateAttachment): Promise<void>;
  detachNetwork(id: number, networkId: number): Promise<void>;
  /** The packet filter on the host's public interface; `null` filters nothing (no firewall applied). */
  setFirewall(id: number, rules: readonly FirewallRule[] | null): Promise<void>;
  /** Gives a host that is off other public addresses, from its next start on. */
  setPublicAddresses(id: number, addresses: PublicAddresses): Promise<void>;
  /** Starts or ends a fault of a host. Absent for a driver without real hosts. */
  runFaultOperation?(id: number, operation: HostFaultOperation): Promise<void>;
  /** After a restart of the simulator: takes over hosts that still run, boots those that should. */
  adopt(specs: readonly AdoptedHost[]): Promise<void>;
  /** Whether the host runs now. A host may go off by itself (`poweroff` inside). */
  isRunning(id: number): boolean;
  /** Called when a host's state changes without a call from here: it powered itself off, or crashed. */
  onStateChange(listener: (id: number, running: boolean) => void): void;
  /** Ends all hosts (their disks stay) and waits until they are gone. */
  stop(): Promise<void>;
}

/**
 * Operations that start or end a fault of a host:
 * - `kill` ends the host at once, like a power cut. Powering the server on ends this fault.
 * - `freeze` stops all processes of the host; `thaw` lets them continue.
 * - `cut` disconnects all network links; `mend` connects them again.
 * - `fill` makes writes fail as on a full disk; `free` ends this.
 * - `expire` expires root's password; `renew` makes it valid again.
 * - `no-address` leaves the private interfaces down and without an address. `large-packets` gives them an MTU that the
 *   network does not carry. Both survive reboots; `address` ends both.
 */
export const hostFaultOperations = [
  ...["kill", "freeze", "thaw", "cut", "mend", "fill", "free", "expire", "renew"],
  ...["no-address", "large-packets", "address"],
] as const;

export type HostFaultOperation = (typeof hostFaultOperations)[number];

export interface PublicAddresses {
  readonly publicIpv4?: string;
  /** The host's own address, `<64-bit prefix>::1`. */
  readonly publicIpv6?: string;
}

export interface HostSpec extends PublicAddresses {
  readonly id: number;
  /** RFC 1123 name, unique in the project. */
  readonly name: string;
  /** Name of the system image: debian-12. */
  readonly image: string;
  /** cloud-init user data as given; empty when none. */
  readonly userData: string;
  /** Lines for root's authorized_keys. */
  readonly sshKeys: readonly string[];
  readonly networks: readonly PrivateAttachment[];
  readonly firewall: readonly FirewallRule[] | null;
}

export interface AdoptedHost extends HostSpec {
  /** Whether it ran when the server was last alive. */
  readonly shouldRun: boolean;
}

export interface PrivateAttachment {
  readonly networkId: number;
  /** The whole network's range, 10.0.0.0/16. */
  readonly networkCidr: string;
  /** The host's address in it, without prefix length. */
  readonly ip: string;
  /** First address of the range; the way to the rest of the network. */
  readonly gateway: string;
  readonly mac: string;
}

/** As in the Hetzner API (firewall rules), after expansion of defaults. */
export interface FirewallRule {
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  /** "80", "80-85"; absent for icmp, esp, gre. "any" is 1-65535. */
  readonly port?: string;
  /** CIDRs, IPv4 and IPv6; for direction in. */
  readonly sourceIps: readonly string[];
  /** CIDRs; for direction out. */
  readonly destinationIps: readonly string[];
}
