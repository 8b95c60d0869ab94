import type {
  AdoptedHost,
  FirewallRule,
  HostDriver,
  HostFaultOperation,
  HostSpec,
} from "../../../src/driver";

/** A call of the API to the driver: name, host and arguments. */
export type DriverCall = readonly [name: string, id: number, ...rest: unknown[]];

/** A driver without hosts. It records its calls, and fails where a test wants it to. */
export class RecordingDriver implements HostDriver {
  readonly calls: DriverCall[] = [];
  readonly specs = new Map<number, HostSpec>();
  readonly firewalls = new Map<number, readonly FirewallRule[] | null>();
  adopted: readonly AdoptedHost[] = [];
  /** Calls with these names reject with this message. */
  readonly failures = new Map<string, string>();
  /** While set, calls do not end before this promise. */
  gate: Promise<void> | undefined;
  private readonly running = new Set<number>();
  private listener: (id: number, running: boolean) => void = () => undefined;

  create(spec: HostSpec): Promise<void> {
    this.specs.set(spec.id, spec);
    this.firewalls.set(spec.id, spec.firewall);
    return this.note("create", spec.id, () => this.running.add(spec.id));
  }

  powerOn(id: number): Promise<void> {
    return this.note("powerOn", id, () => this.running.add(id));
  }

  powerOff(id: number): Promise<void> {
    return this.note("powerOff", id, () => this.running.delete(id));
  }

  shutdown(id: number): Promise<void> {
    return this.note("shutdown", id, () => this.running.delete(id));
  }

  reboot(id: number): Promise<void> {
    return this.note("reboot", id);
  }

  delete(id: number): Promise<void> {
    return this.note("delete", id, () => this.running.delete(id));
  }

  attachNetwork(id: number, attachment: unknown): Promise<void> {
    return this.note("attachNetwork", id, undefined, attachment);
  }

  detachNetwork(id: number, networkId: number): Promise<void> {
    return this.note("detachNetwork", id, undefined, networkId);
  }

  setFirewall(id: number, rules: readonly FirewallRule[] | null): Promise<void> {
    return this.note("setFirewall", id, () => this.firewalls.set(id, rules), rules);
  }

  setPublicAddresses(id: number, addresses: object): Promise<void> {
    return this.note("setPublicAddresses", id, undefined, addresses);
  }

  runFaultOperation(id: number, operation: HostFaultOperation): Promise<void> {
    return this.note("runFaultOperation", id, undefined, operation);
  }

  adopt(specs: readonly AdoptedHost[]): Promise<void> {
    this.adopted = specs;
    for (const { id, shouldRun } of specs) if (shouldRun) this.running.add(id);
    return Promise.resolve();
  }

  isRunning(id: number): boolean {
    return this.running.has(id);
  }

  onStateChange(listener: (id: number, running: boolean) => void): void {
    this.listener = listener;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  /** The host changes its power state by itself. */
  changeState(id: number, running: boolean): void {
    if (running) this.running.add(id);
    else this.running.delete(id);
    this.listener(id, running);
  }

  /** Names of the calls for one host. */
  callsOf(id: number): string[] {
    return this.calls.filter((call) => call[1] === id).map(([name]) => name);
  }

  private async note(name: string, id: number, effect?: () => unknown, ...rest: unknown[]) {
    this.calls.push([name, id, ...rest]);
    const failure = this.failures.get(name);
    await this.gate;
    if (failure !== undefined) throw new Error(failure);
    effect?.();
  }
}
