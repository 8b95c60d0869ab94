import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { HostDriver } from "../../../../hcloud-simulator/src/driver";
import type { SandboxIdentity } from "../../identity";
import { sandboxPaths } from "../../state";
import { hostsFolder, routerNamespace } from "../names";
import { setUpNetwork } from "../network";
import type { Answer, HostRequest, NumberedRequest } from "./messages";

export interface SimulatedDriverOptions {
  readonly identity: SandboxIdentity;
  /** File with the times; by default those that were recorded from the sandbox's real hosts. */
  readonly timesFile?: string;
}

/**
 * Hosts that only answer SSH, all of them by one process: for clusters that are too large for this machine. They have no
 * private network and no firewall.
 */
export async function createSimulatedDriver(options: SimulatedDriverOptions): Promise<HostDriver> {
  await setUpNetwork(options.identity);
  const hosts = new HostsProcess(options);
  const running = new Set<number>();
  const done = Promise.resolve();
  const on = async (id: number): Promise<void> => {
    await hosts.ask({ do: "powerOn", id });
    running.add(id);
  };
  const off = async (id: number): Promise<void> => {
    await hosts.ask({ do: "powerOff", id });
    running.delete(id);
  };
  return {
    create: async (spec) => {
      await hosts.ask({ do: "create", spec });
      running.add(spec.id);
    },
    powerOn: on,
    powerOff: off,
    shutdown: off,
    reboot: async (id) => {
      await off(id);
      await on(id);
    },
    delete: async (id) => {
      await hosts.ask({ do: "delete", id });
      running.delete(id);
    },
    attachNetwork: () => done,
    detachNetwork: () => done,
    setFirewall: () => done,
    setPublicAddresses: (id, { publicIpv4 }) => hosts.ask({ do: "setAddress", id, publicIpv4 }),
    adopt: async (specs) => {
      await hosts.ask({ do: "adopt", specs });
      for (const { id, shouldRun } of specs) if (shouldRun) running.add(id);
    },
    isRunning: (id) => running.has(id),
    // Nothing here changes without a call.
    onStateChange: () => undefined,
    stop: () => hosts.stop(),
  };
}

/** The process that answers for all hosts. */
class HostsProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly ended: Promise<void>;
  private requests = 0;
  private hasEnded = false;

  constructor({ identity, timesFile }: SimulatedDriverOptions) {
    const log = join(sandboxPaths(identity.dir).logs, "hosts.log");
    const script = ["--import", "tsx", join(__dirname, "hostsProcess.ts")];
    this.child = spawn(
      "ip",
      [
        ...["netns", "exec", routerNamespace(identity), process.execPath, ...script],
        ...[hostsFolder(identity), log, ...(timesFile === undefined ? [] : [timesFile])],
      ],
      { stdio: ["ignore", "inherit", "inherit", "ipc"] },
    );
    this.child.on("message", (answer: Answer) => {
      this.waiting.get(answer.number)?.(answer);
      this.waiting.delete(answer.number);
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", resolve);
      this.child.once("exit", () => {
        resolve();
      });
    });
    void this.ended.then(() => {
      this.hasEnded = true;
      for (const [number, answer] of this.waiting) answer({ number, error: "it has ended" });
      this.waiting.clear();
    });
  }

  /** @throws Error with the reason of the process, or when it has ended */
  async ask(request: HostRequest): Promise<void> {
    const number = this.requests++;
    const answer = await new Promise<Answer>((resolve) => {
      if (this.hasEnded) {
        resolve({ number, error: "it has ended; see the sandbox's log" });
        return;
      }
      this.waiting.set(number, resolve);
      this.child.send({ number, request } satisfies NumberedRequest);
    });
    if (answer.error === undefined) return;
    throw new Error(`the process of the simulated hosts: ${request.do}: ${answer.error}`);
  }

  async stop(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    await this.ended;
  }
}
