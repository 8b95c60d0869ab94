/**
 * The machines behind the API simulator. Two implementations: real hosts (systemd-nspawn) and none
 * (API only). The API owns all data (ids, addresses, firewalls). The driver must be able to create
 * everything it has from a HostSpec again.
 */
export interface HostDriver {
  /**
   * Creates the host's disk and network and boots it. Resolves when the host's init runs, not when
   * cloud-init has finished.
   */
  create(spec: HostSpec): Promise<void>;
  /** Boots a host that is off. No-op when it runs. */
  powerOn(id: number): Promise<void>;
  /** Ends the host at once. No-op when it is off. */
  powerOff(id: number): Promise<void>;
  /** ACPI shutdown: asks the host to power off, and waits for a limited time. */
  shutdown(id: number): Promise<void>;
  /** A reboot from inside (ctrl-alt-del). */
  reboot(id: number): Promise<void>;
  /** Ends the host and removes its disk, links and names. No-op for an unknown id. */
  delete(id: number): Promise<void>;
  /** Attaches a private network, with its address configured, to a host that runs or is off. */
  attachNetwork(id: number, attachment: PrivateAttachment): Promise<void>;
  detachNetwork(id: number, networkId: number): Promise<void>;
  /**
   * Sets the packet filter on the host's public interface. `null` means no firewall, so nothing is
   * filtered.
   */
  setFirewall(id: number, rules: readonly FirewallRule[] | null): Promise<void>;
  /** Sets other public addresses for a host that is off, from its next start on. */
  setPublicAddresses(id: number, addresses: PublicAddresses): Promise<void>;
  /** Starts or ends a fault of a host. Absent for a driver without real hosts. */
  runFaultOperation?(id: number, operation: HostFaultOperation): Promise<void>;
  /**
   * After a restart of the simulator: keeps hosts that still run, and boots hosts that should run.
   */
  adopt(specs: readonly AdoptedHost[]): Promise<void>;
  /** Whether the host runs now. A host can go off by itself (`poweroff` inside). */
  isRunning(id: number): boolean;
  /** Calls the listener when a host changes its state by itself: it powered off, or crashed. */
  onStateChange(listener: (id: number, running: boolean) => void): void;
  /** Ends all hosts and waits until they have ended. Their disks stay. */
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
 * - `refuse-sound` makes the kernel refuse the sound module; `allow-sound` ends this. A loaded module stays.
 * - `hang-reboot` makes the host hang at its next reboot; `end-hang` lets it boot.
 */
export const hostFaultOperations = [
  ...["kill", "freeze", "thaw", "cut", "mend", "fill", "free", "expire", "renew"],
  ...["no-address", "large-packets", "address"],
  ...["refuse-sound", "allow-sound", "hang-reboot", "end-hang"],
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
  /** cloud-init user data, unchanged; empty when none. */
  readonly userData: string;
  /** Lines for root's authorized_keys. */
  readonly sshKeys: readonly string[];
  readonly networks: readonly PrivateAttachment[];
  readonly firewall: readonly FirewallRule[] | null;
}

export interface AdoptedHost extends HostSpec {
  /** Whether it ran when the simulator last ran. */
  readonly shouldRun: boolean;
}

export interface PrivateAttachment {
  readonly networkId: number;
  /** The range of the whole network, 10.0.0.0/16. */
  readonly networkCidr: string;
  /** The host's address in the network, without prefix length. */
  readonly ip: string;
  /** First address of the range; the gateway to the rest of the network. */
  readonly gateway: string;
  readonly mac: string;
}

/** A firewall rule of the Hetzner API, with its defaults filled in. */
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
