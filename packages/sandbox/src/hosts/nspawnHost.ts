import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SandboxIdentity } from "../identity";
import { initPid, nspawnPid } from "./cgroups";
import type {
  FirewallRule,
  HostFaultOperation,
  HostSpec,
  PrivateAttachment,
  PublicAddresses,
} from "../../../hcloud-simulator/src/driver";
import { waitUntil } from "./exec";
import { runHostFaultOperation } from "./hostFaultOperations";
import { writeHostFile } from "./hostFiles";
import {
  applyFirewall,
  ensurePublicInterface,
  attachPrivateNetwork,
  removePublicInterface,
  detachPrivateNetwork,
} from "./hostNetwork";
import { type HostProcess, startHostProcess } from "./hostProcess";
import { endHost, removeHost } from "./hostRemoval";
import { consoleLog, hostFolder } from "./names";
import { signal } from "./processes";
import { dhcpClientOf, type PrivateInterfaceFault } from "./privateInterface";
import { suiteOf } from "./releases";
import { newAddressFiles, seedFiles } from "./seed";

/** Timeout until the init of a host runs. Usually it takes one second. */
const bootTimeoutMs = 60_000;
/** Timeout for a shutdown, and for the start of a reboot. */
const shutdownTimeoutMs = 60_000;

/** What a host is created from. */
export interface NspawnSpec extends HostSpec {
  /** Files of the new disk by their path on the host. Default: the seed of cloud-init. */
  readonly files?: ReadonlyMap<string, string>;
}

/** One host: its disk, its network and, when it runs, its process. Calls must not overlap. */
export class NspawnHost {
  private process: HostProcess | undefined;
  /** For each private network, the `ip` commands that configure the host's end. */
  private readonly networks = new Map<number, readonly string[]>();
  private readonly attachments = new Map<number, PrivateAttachment>();
  private privateFault: PrivateInterfaceFault | undefined;

  /**
   * @param layers of the root file system below its disk, the lowest one last
   * @param ended called when the host goes off without a call of this class
   */
  constructor(
    private readonly identity: SandboxIdentity,
    private readonly layers: readonly string[],
    private spec: NspawnSpec,
    private readonly ended: () => void,
  ) {}

  get running(): boolean {
    return this.process !== undefined;
  }

  /** Creates disk and network, or completes those of an earlier server. */
  async prepare(): Promise<void> {
    this.prepareDisk();
    await ensurePublicInterface(this.identity, this.spec);
    await this.setFirewall(this.spec.firewall);
    for (const attachment of this.spec.networks) await this.attachNetwork(attachment);
  }

  private prepareDisk(): void {
    const folder = hostFolder(this.identity, this.spec.id);
    const root = join(folder, "root");
    if (existsSync(root)) return;
    rmSync(folder, { recursive: true, force: true });
    // The root folder of a host is its upper folder, so its mode must not depend on the umask here.
    for (const part of ["work", "upper"]) mkdirSync(join(folder, part), { recursive: true });
    chmodSync(join(folder, "upper"), 0o755);
    for (const [path, text] of this.spec.files ?? seedFiles(this.spec, this.resolvers)) {
      // User data can contain secrets. All other files are as on a Hetzner host.
      writeHostFile(join(folder, "upper"), path, text, path.endsWith("user-data") ? 0o600 : 0o644);
    }
    // Created last: this folder exists only if the disk is complete.
    mkdirSync(root);
  }

  /** The sandbox's own name server. */
  private get resolvers(): readonly string[] {
    const { serviceIpv4, serviceIpv6 } = this.identity.network;
    return [serviceIpv4, serviceIpv6];
  }

  async boot(): Promise<void> {
    if (this.running) return;
    const process = startHostProcess(this.identity, this.spec, this.layers);
    this.adoptProcess(process);
    await waitUntil(
      `the init of ${this.spec.name} runs`,
      () => {
        if (this.process !== process) {
          const log = consoleLog(this.identity, this.spec.name);
          throw new Error(`host ${this.spec.name} ended while it booted; see ${log}`);
        }
        return initPid(this.identity, this.spec.id) !== undefined;
      },
      bootTimeoutMs,
    );
  }

  /** Continues with a process that already runs. */
  adoptProcess(process: HostProcess): void {
    this.process = process;
    const forget = (): void => {
      if (this.process !== process) return;
      this.process = undefined;
      this.ended();
    };
    process.ended.then(forget, forget);
  }

  /** Ends the host at once. */
  async powerOff(): Promise<void> {
    const { process } = this;
    // From here on, the end of the process is expected.
    this.process = undefined;
    await endHost(this.identity, this.spec.id);
    await process?.ended;
  }

  /** @throws Error when the host still runs after a minute */
  async shutdown(): Promise<void> {
    const { process } = this;
    if (process === undefined) return;
    this.process = undefined;
    const pid = nspawnPid(this.identity, this.spec.id);
    // systemd-nspawn passes the signal to the host's init as a request to power off
    // (systemd-nspawn(1), --kill-signal).
    if (pid !== undefined) signal(pid, "SIGTERM");
    let ended = false;
    void process.ended.then(() => (ended = true));
    try {
      await waitUntil(`${this.spec.name} has shut down`, () => ended, shutdownTimeoutMs);
    } catch (error) {
      this.adoptProcess(process);
      throw error;
    }
  }

  /** @throws Error when the host does not run, or has not started again after a minute */
  async reboot(): Promise<void> {
    const before = this.runningInit();
    // Ctrl-alt-del for an init (systemd(1), signals).
    signal(before, "SIGINT");
    const hasRebooted = (): boolean =>
      ![undefined, before].includes(initPid(this.identity, this.spec.id));
    await waitUntil(`${this.spec.name} has rebooted`, hasRebooted, shutdownTimeoutMs);
  }

  /**
   * Pid of the host's init on the machine.
   *
   * @throws Error when the host is off
   */
  runningInit(): number {
    const pid = this.running ? initPid(this.identity, this.spec.id) : undefined;
    if (pid === undefined) throw new Error(`host ${this.spec.name} does not run`);
    return pid;
  }

  async attachNetwork(attachment: PrivateAttachment): Promise<void> {
    const { identity, spec, privateFault } = this;
    const client = dhcpClientOf[suiteOf(spec.image)];
    const lines = await attachPrivateNetwork(identity, spec.id, attachment, client, privateFault);
    this.attachments.set(attachment.networkId, attachment);
    this.networks.set(attachment.networkId, lines);
    this.writeBatch();
  }

  async detachNetwork(networkId: number): Promise<void> {
    await detachPrivateNetwork(this.identity, this.spec.id, networkId);
    this.attachments.delete(networkId);
    if (this.networks.delete(networkId)) this.writeBatch();
  }

  /** Writes the commands that superviseHost.sh passes to `ip` before each boot. */
  private writeBatch(): void {
    const lines = [...this.networks.values()].flat();
    const file = join(hostFolder(this.identity, this.spec.id), "network.batch");
    writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  }

  async setFirewall(rules: readonly FirewallRule[] | null): Promise<void> {
    await applyFirewall(this.identity, this.spec.id, rules);
  }

  /**
   * Sets other public addresses, from the next start on.
   *
   * @throws Error when the host runs
   */
  async setPublicAddresses({ publicIpv4, publicIpv6 }: PublicAddresses): Promise<void> {
    if (this.running) throw new Error(`host ${this.spec.name} must be off to get other addresses`);
    this.spec = { ...this.spec, publicIpv4, publicIpv6 };
    const upper = join(hostFolder(this.identity, this.spec.id), "upper");
    for (const [path, text] of newAddressFiles(this.spec, this.resolvers)) {
      writeHostFile(upper, path, text, 0o644);
    }
    await removePublicInterface(this.identity, this.spec.id);
    await ensurePublicInterface(this.identity, this.spec);
  }

  async runFaultOperation(operation: HostFaultOperation): Promise<void> {
    const { identity, spec } = this;
    if (operation === "no-address" || operation === "large-packets" || operation === "address") {
      this.privateFault = operation === "address" ? undefined : operation;
      for (const attachment of this.attachments.values()) await this.attachNetwork(attachment);
      return;
    }
    await runHostFaultOperation(
      { identity, spec, networkIds: [...this.networks.keys()] },
      operation,
    );
  }

  /** Ends the host and removes its disk, links and names. Its console log stays. */
  async delete(): Promise<void> {
    this.process = undefined;
    await removeHost(this.identity, this.spec.id);
  }
}
