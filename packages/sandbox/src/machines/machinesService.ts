import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceCallError, type Service } from "../../../hcloud-simulator/src/admin";
import { hostFaultOperations } from "../../../hcloud-simulator/src/driver";
import { parseFields } from "../../../hcloud-simulator/src/fields";
import { KeyedQueue } from "../../../hcloud-simulator/src/keyedQueue";
import { CommandError } from "../hosts/exec";
import type { NspawnDriver } from "../hosts/nspawnDriver";
import { hostFolder, machineId } from "../hosts/names";
import type { SandboxIdentity } from "../identity";
import {
  machineAddresses,
  machineFirewalls,
  machineLooks,
  machineSpec,
  machineSystems,
  powerVerbs,
  provisionInputs,
  type Machine,
  type MachineView,
} from "./machine";
import { MachineStore } from "./machineStore";
import { ensureOperatorKey } from "./operatorKey";

/** Timeout of the installation of a machine. With packages, it takes half a minute. */
const provisionTimeoutMs = 5 * 60_000;

const provisionScript = join(__dirname, "provisionMachine.sh");

const nameField = { type: "string", required: true } as const;

const choiceFields = {
  name: { ...nameField, check: checkName },
  os: { type: "string", oneOf: machineSystems, required: true },
  user: { type: "string", pattern: /^[a-z][a-z0-9-]{0,30}$/, required: true },
  port: { type: "integer", min: 1, max: 65_535, required: true },
  sudo: { type: "boolean", required: true },
  look: { type: "string", oneOf: machineLooks, required: true },
  firewall: { type: "string", oneOf: machineFirewalls, required: true },
  web: { type: "boolean", required: true },
  leftovers: { type: "boolean", required: true },
  cores: { type: "integer", min: 0, max: 256, required: true },
} as const;

/**
 * Machines that the API does not know: real hosts, as another provider has made them, with public
 * addresses and no firewall in front of them.
 */
export class MachinesService implements Service {
  private readonly store: MachineStore;
  /** Calls about one machine must not overlap. */
  private readonly calls = new KeyedQueue<number>();
  private started = false;

  /** @param driver of the hosts that `isMachineId` names */
  constructor(
    private readonly identity: SandboxIdentity,
    private readonly driver: NspawnDriver,
  ) {
    this.store = new MachineStore(identity);
    driver.onStateChange((id, running) => {
      const machine = this.store.all().find(({ number }) => machineId(number) === id);
      if (machine !== undefined) this.store.change(machine.number, { on: running });
    });
  }

  /** Continues with machines that run, and boots those that should run. */
  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    for (const { number, state } of this.store.all()) {
      if (state === "installing")
        this.store.change(number, {
          state: "failed",
          reason: "the sandbox was stopped meanwhile; remove the machine and add it again",
        });
    }
    await this.driver.adopt(
      this.store.all().map((machine) => ({
        ...machineSpec(this.identity, machine),
        shouldRun: machine.on,
      })),
    );
  }

  /** Shuts the machines down. Their disks stay, and `start` boots them again. */
  async stop(): Promise<void> {
    this.started = false;
    await this.driver.stop();
  }

  /**
   * `add` creates a machine and returns before it is installed. `list` returns {@link MachineView}s.
   * `remove` removes one, `power` switches it, and `fault` starts or ends a fault of it.
   */
  async call(verb: string, body: unknown): Promise<unknown> {
    switch (verb) {
      case "add":
        return this.add(body);
      case "list":
        return { machines: this.store.all().map((machine) => this.view(machine)) };
      case "remove":
        return this.remove(this.named(parseFields({ name: nameField }, body).name));
      case "power":
        return this.power(body);
      case "fault":
        return this.fault(body);
      default:
        return undefined;
    }
  }

  private async add(body: unknown): Promise<unknown> {
    const choice = parseFields(choiceFields, body);
    if (this.store.find(choice.name) !== undefined)
      throw new ServiceCallError(`a machine is called ${choice.name} already; use another name`);
    const machine: Machine = {
      ...choice,
      ...{ number: this.store.freeNumber(), state: "installing", on: true },
    };
    this.store.add(machine);
    const key = await ensureOperatorKey(this.identity.dir);
    void this.calls.run(machine.number, () => this.install(machine, key));
    return { machine: this.view(machine) };
  }

  private async install(machine: Machine, operatorKey: string): Promise<void> {
    const { number } = machine;
    try {
      await this.driver.create(machineSpec(this.identity, machine));
      const script = readFileSync(provisionScript, "utf8");
      const inputs = provisionInputs(machine, operatorKey);
      await this.driver.runInside(machineId(number), ["env", "-i", ...inputs, "bash", "-s"], {
        input: script,
        timeoutMs: provisionTimeoutMs,
      });
      this.store.change(number, { state: "ready" });
    } catch (error) {
      const reason = error instanceof CommandError ? error.stderr : String(error);
      this.store.change(number, { state: "failed", reason: reason.trim().slice(-1000) });
    }
  }

  private async remove({ number }: Machine): Promise<unknown> {
    await this.calls.run(number, async () => {
      await this.driver.delete(machineId(number));
      this.store.remove(number);
    });
    return { machines: this.store.all().map((machine) => this.view(machine)) };
  }

  private async power(body: unknown): Promise<unknown> {
    const { name, to } = parseFields(
      { name: nameField, to: { type: "string", oneOf: powerVerbs, required: true } },
      body,
    );
    const { number } = this.named(name);
    const id = machineId(number);
    const does: Readonly<Record<(typeof powerVerbs)[number], () => Promise<void>>> = {
      on: () => this.driver.powerOn(id),
      off: () => this.driver.powerOff(id),
      shutdown: () => this.driver.shutdown(id),
      reboot: () => this.driver.reboot(id),
    };
    await this.calls.run(number, async () => {
      // The field table allows only these verbs.
      await does[to as keyof typeof does]();
      this.store.change(number, { on: this.driver.isRunning(id) });
    });
    return { machine: this.view(this.named(name)) };
  }

  private async fault(body: unknown): Promise<unknown> {
    const { name, operation } = parseFields(
      {
        name: nameField,
        operation: { type: "string", oneOf: hostFaultOperations, required: true },
      },
      body,
    );
    const { number } = this.named(name);
    const known = hostFaultOperations.find((one) => one === operation);
    await this.calls.run(number, async () => {
      if (known !== undefined) await this.driver.runFaultOperation?.(machineId(number), known);
    });
    return { machine: this.view(this.named(name)) };
  }

  private named(name: string): Machine {
    const machine = this.store.find(name);
    if (machine !== undefined) return machine;
    const known = this.store.all().map((one) => one.name);
    throw new ServiceCallError(
      `no machine is called ${name}; machines: ${known.join(", ") || "none"}`,
    );
  }

  private view({ number, on, ...machine }: Machine): MachineView {
    const { publicIpv4, publicIpv6 } = machineAddresses(this.identity, number);
    const id = machineId(number);
    return {
      ...machine,
      id,
      status: on ? "running" : "off",
      ipv4: publicIpv4,
      ipv6: publicIpv6,
      hostKey: machine.state === "ready" ? hostKey(this.identity, id) : "",
    };
  }
}

/** The public host key, as the console of a provider shows it: it does not come over the network. */
function hostKey(identity: SandboxIdentity, id: number): string {
  const file = join(hostFolder(identity, id), "upper/etc/ssh/ssh_host_ed25519_key.pub");
  if (!existsSync(file)) return "";
  return readFileSync(file, "utf8").split(" ").slice(0, 2).join(" ");
}

function checkName(name: string): string | undefined {
  if (/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/.test(name)) return undefined;
  return "allowed: 1 to 30 lower-case letters, digits and hyphens; a letter first, no hyphen last";
}
