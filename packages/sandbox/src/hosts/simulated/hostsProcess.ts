import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { HostSpec } from "../../../../hcloud-simulator/src/driver";
import { run } from "../exec";
import { HostDisk } from "./hostDisk";
import type { Answer, HostRequest, NumberedRequest } from "./messages";
import { SimulatedHost } from "./simulatedHost";
import { readVerbTimes } from "./verbTimes";

/**
 * The process that answers SSH for all simulated hosts of a sandbox. It runs in the network namespace of the sandbox's
 * router: the range of public addresses leads there already, and port 22 of the machine itself stays free.
 *
 * usage: hostsProcess.ts FOLDER LOG TIMES; the driver in the sandbox's server starts it, and speaks to it by IPC
 */

const sshPort = 22;

class Hosts {
  private readonly hosts = new Map<number, SimulatedHost>();

  constructor(
    private readonly folder: string,
    private readonly options: ConstructorParameters<typeof SimulatedHost>[2],
  ) {}

  async handle(request: HostRequest): Promise<void> {
    switch (request.do) {
      case "create":
        this.disk(request.spec.id).remove();
        await this.add(request.spec);
        this.host(request.spec.id).powerOn();
        return;
      case "adopt":
        for (const spec of request.specs) {
          await this.add(spec);
          if (spec.shouldRun) this.host(spec.id).powerOn();
        }
        return;
      case "powerOn":
      case "powerOff":
        this.host(request.id)[request.do]();
        return;
      case "delete": {
        const host = this.hosts.get(request.id);
        if (host === undefined) return;
        host.delete();
        this.hosts.delete(request.id);
        await changeAddress("del", host.address);
        return;
      }
      case "setAddress": {
        const host = this.host(request.id);
        await changeAddress("del", host.address);
        host.setAddress(request.publicIpv4);
        await changeAddress("replace", host.address);
        return;
      }
      default:
        return unknownRequest(request);
    }
  }

  private async add(spec: HostSpec): Promise<void> {
    this.hosts.set(spec.id, new SimulatedHost(spec, this.disk(spec.id), this.options));
    await changeAddress("replace", spec.publicIpv4);
  }

  private disk(id: number): HostDisk {
    return new HostDisk(join(this.folder, `${id}.json`));
  }

  private host(id: number): SimulatedHost {
    const host = this.hosts.get(id);
    if (host === undefined) throw new Error(`host ${id} does not exist`);
    return host;
  }
}

const unknownRequest = (request: never): never => {
  throw new Error(`unknown request: ${JSON.stringify(request)}`);
};

async function changeAddress(verb: "replace" | "del", address?: string): Promise<void> {
  if (address === undefined) return;
  await run("ip", ["address", verb, `${address}/32`, "dev", "lo"]);
}

function main([folder, logFile, timesFile]: readonly string[]): void {
  if (folder === undefined || logFile === undefined || process.send === undefined) {
    console.error("usage: hostsProcess.ts FOLDER LOG [TIMES]; the sandbox's server starts it");
    process.exit(2);
  }
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const hosts = new Hosts(folder, {
    times: readVerbTimes(timesFile),
    port: sshPort,
    log: (line) => log.write(`${new Date().toISOString()} ${line}\n`),
  });
  process.on("message", ({ number, request }: NumberedRequest) => {
    hosts.handle(request).then(
      () => process.send?.({ number } satisfies Answer),
      (error: unknown) => process.send?.({ number, error: String(error) } satisfies Answer),
    );
  });
  // Also when the server was killed.
  process.on("disconnect", () => process.exit(0));
}

main(process.argv.slice(2));
