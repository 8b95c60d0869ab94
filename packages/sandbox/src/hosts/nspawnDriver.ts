import { existsSync, rmSync } from "node:fs";
import type { SandboxIdentity } from "../identity";
import type {
  AdoptedHost,
  FirewallRule,
  HostDriver,
  HostFaultOperation,
  HostSpec,
  PrivateAttachment,
  PublicAddresses,
} from "../../../hcloud-simulator/src/driver";
import { KeyedQueue } from "../../../hcloud-simulator/src/keyedQueue";
import { run, type RunOptions } from "./exec";
import { findHostProcesses, watchHostProcess } from "./hostProcess";
import { hostsOnMachine, removeHost } from "./hostRemoval";
import { consoleLog, isServerId } from "./names";
import { setUpNetwork } from "./network";
import { NspawnHost, type NspawnSpec } from "./nspawnHost";

export interface NspawnDriverOptions {
  readonly identity: SandboxIdentity;
  /**
   * The root file system that a host shares with others: the layers of an overlay, the lowest one
   * last. They may have to be built first.
   */
  readonly layers: (host: HostSpec) => Promise<readonly string[]>;
  /**
   * Whether a host is one of this driver's, by its id. `adopt` leaves all others alone. Default: the
   * servers of the API.
   */
  readonly owns?: (id: number) => boolean;
}

/** Real hosts: systemd-nspawn containers. */
export interface NspawnDriver extends HostDriver {
  create(spec: NspawnSpec): Promise<void>;
  /**
   * Runs a command as root inside a host, without its network and SSH.
   *
   * @throws CommandError when it fails
   */
  runInside(id: number, command: readonly string[], options?: RunOptions): Promise<string>;
}

/** Creates the driver, and the sandbox's network if it does not exist. */
export async function createNspawnDriver(options: NspawnDriverOptions): Promise<NspawnDriver> {
  await setUpNetwork(options.identity);
  return new Driver(options);
}

class Driver implements NspawnDriver {
  private readonly hosts = new Map<number, NspawnHost>();
  /** Calls for one host must not overlap. */
  private readonly calls = new KeyedQueue<number>();
  private readonly listeners: ((id: number, running: boolean) => void)[] = [];

  constructor(private readonly options: NspawnDriverOptions) {}

  create(spec: NspawnSpec): Promise<void> {
    return this.calls.run(spec.id, async () => {
      if (this.hosts.has(spec.id)) throw new Error(`host ${spec.id} already exists`);
      // Removes the rest of an earlier sandbox in this folder with the same id and name.
      await removeHost(this.options.identity, spec.id);
      rmSync(consoleLog(this.options.identity, spec.name), { force: true });
      const host = await this.add(spec);
      try {
        await host.prepare();
        await host.boot();
      } catch (error) {
        this.hosts.delete(spec.id);
        await host.delete();
        throw error;
      }
    });
  }

  powerOn(id: number): Promise<void> {
    return this.withHost(id, (host) => host.boot());
  }

  powerOff(id: number): Promise<void> {
    return this.withHost(id, (host) => host.powerOff());
  }

  shutdown(id: number): Promise<void> {
    return this.withHost(id, (host) => host.shutdown());
  }

  reboot(id: number): Promise<void> {
    return this.withHost(id, (host) => host.reboot());
  }

  delete(id: number): Promise<void> {
    return this.calls.run(id, async () => {
      await this.hosts.get(id)?.delete();
      this.hosts.delete(id);
    });
  }

  attachNetwork(id: number, attachment: PrivateAttachment): Promise<void> {
    return this.withHost(id, (host) => host.attachNetwork(attachment));
  }

  detachNetwork(id: number, networkId: number): Promise<void> {
    return this.withHost(id, (host) => host.detachNetwork(networkId));
  }

  setFirewall(id: number, rules: readonly FirewallRule[] | null): Promise<void> {
    return this.withHost(id, (host) => host.setFirewall(rules));
  }

  setPublicAddresses(id: number, addresses: PublicAddresses): Promise<void> {
    return this.withHost(id, (host) => host.setPublicAddresses(addresses));
  }

  runFaultOperation(id: number, operation: HostFaultOperation): Promise<void> {
    return this.withHost(id, (host) => host.runFaultOperation(operation));
  }

  /**
   * Hosts keep running when their server ends. Hosts that should run and do run are kept, so that
   * no call is dropped. Hosts that should run and do not are booted. All others are ended, and
   * unknown hosts are removed.
   */
  async adopt(specs: readonly AdoptedHost[]): Promise<void> {
    const processes = findHostProcesses(this.options.identity);
    await Promise.all(
      specs.map((spec) =>
        this.calls.run(spec.id, async () => {
          const host = await this.add(spec);
          await host.prepare();
          const pid = processes.get(spec.id);
          if (pid !== undefined) host.adoptProcess(watchHostProcess(pid));
          await (spec.shouldRun ? host.boot() : host.powerOff());
        }),
      ),
    );
    const known = new Set(specs.map((spec) => spec.id));
    const { identity, owns = isServerId } = this.options;
    const unknown = hostsOnMachine(identity).filter((id) => owns(id) && !known.has(id));
    await Promise.all(unknown.map((id) => removeHost(identity, id)));
  }

  isRunning(id: number): boolean {
    return this.hosts.get(id)?.running ?? false;
  }

  onStateChange(listener: (id: number, running: boolean) => void): void {
    this.listeners.push(listener);
  }

  async stop(): Promise<void> {
    const off = (id: number): Promise<void> =>
      this.withHost(id, async (host) => {
        // A host that does not shut down in time is powered off. Its disk survives this.
        await host.shutdown().catch(() => host.powerOff());
      });
    await Promise.all([...this.hosts.keys()].map(off));
  }

  async runInside(id: number, command: readonly string[], options?: RunOptions): Promise<string> {
    const host = this.hosts.get(id);
    if (host === undefined) throw new Error(`host ${id} does not exist`);
    const pid = host.runningInit();
    const enter = ["--target", pid.toString(), "--all", "--wdns=/", "--"];
    return run("nsenter", [...enter, ...command], options);
  }

  private async add(spec: NspawnSpec): Promise<NspawnHost> {
    const { identity } = this.options;
    const layers = await this.options.layers(spec);
    const missing = layers.find((layer) => !existsSync(layer));
    if (missing !== undefined)
      throw new Error(`the hosts' base ${missing} is missing; create it with ensureBase`);
    const host = new NspawnHost(identity, layers, spec, () => {
      for (const listener of this.listeners) listener(spec.id, false);
    });
    this.hosts.set(spec.id, host);
    return host;
  }

  private withHost(id: number, action: (host: NspawnHost) => Promise<void>): Promise<void> {
    return this.calls.run(id, async () => {
      const host = this.hosts.get(id);
      if (host === undefined) throw new Error(`host ${id} does not exist`);
      await action(host);
    });
  }
}
