import { Command } from "commander";
import type { SimulatorStatus } from "../../../hcloud-simulator/src/server";
import { hostFaultOperations } from "../../../hcloud-simulator/src/driver";
import { table, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";
import { acmeFaultCommand } from "./faultAcme";
import { dnsFaultCommand } from "./faultDns";
import { faultRows, positive, type ShownFault } from "./faultSupport";
import { isMachineId } from "../hosts/names";
import { callMachines } from "../machines/machineClient";
import { findHost } from "./hosts";
import { storageFaultCommand } from "./storage";

interface Options {
  readonly times?: number;
  readonly message?: string;
}

/** `sandbox fault ...`: starts and ends faults. */
export function faultCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const fault = new Command("fault").description(
    "start and end faults of the API, of hosts and of services",
  );
  const add = async (spec: Readonly<Record<string, unknown>>): Promise<void> => {
    const answer = await callAdmin(sandbox(), "POST", "/faults", spec);
    const { id } = (answer as { fault: ShownFault }).fault;
    log(`fault ${id.toString()} is active; to end it: \`fault clear ${id.toString()}\``);
  };
  addApiFaults(fault, add);
  addMachineFaults(fault, sandbox, log);
  fault.addCommand(acmeFaultCommand(sandbox, log));
  fault.addCommand(dnsFaultCommand(sandbox, log));
  fault.addCommand(storageFaultCommand(sandbox, log));
  fault
    .command("list")
    .option("--json", "print the faults as JSON", false)
    .description("list the active faults of the API")
    .action(async ({ json }: { json: boolean }) => {
      const { faults } = (await callAdmin(sandbox(), "GET", "/faults")) as { faults: ShownFault[] };
      console.log(json ? JSON.stringify(faults, null, 2) : table(faultRows(faults)));
    });
  fault
    .command("clear")
    .argument("[id]", "id of the fault; without it, all faults end")
    .description("end faults of the API; faults of hosts and services have their own commands")
    .action(async (id: string | undefined) => {
      await callAdmin(sandbox(), "DELETE", id === undefined ? "/faults" : `/faults/${id}`);
    });
  return fault;
}

function addApiFaults(
  fault: Command,
  add: (spec: Readonly<Record<string, unknown>>) => Promise<void>,
): void {
  const counted = (name: string): Command =>
    fault
      .command(name)
      .option("--times <n>", "how many times; without it, until cleared", positive);
  counted("fail")
    .argument(
      "<route>",
      "route as in `status --calls` and docs/simulator.md: 'POST /servers'; or '*'",
    )
    .argument("<code>", "error code of the API: resource_limit_exceeded, conflict, ...")
    .option("--message <text>", "error message")
    .description("make requests of a route fail")
    .action((route: string, code: string, options: Options) =>
      add({ kind: "fail", route, code, ...options }),
    );
  counted("slow")
    .argument("<route>")
    .argument("<milliseconds>", "", positive)
    .description("delay requests of a route")
    .action((route: string, ms: number, options: Options) =>
      add({ kind: "slow", route, ms, ...options }),
    );
  counted("drop")
    .argument("<route>")
    .option(
      "--after",
      "after the request was processed: the change is done, but the client gets no answer",
      false,
    )
    .description("break connections of a route")
    .action((route: string, { after, ...options }: Options & { after: boolean }) =>
      add({ kind: "drop", route, when: after ? "after" : "before", ...options }),
    );
  counted("action")
    .argument("<command>", "action command: create_server, attach_to_network, ...; or '*'")
    .option("--code <code>", "error code of the action", "action_failed")
    .option("--message <text>", "error message")
    .description("make actions of a command end in error")
    .action((command: string, options: Options & { code: string }) =>
      add({ kind: "action", command, ...options }),
    );
  fault
    .command("sold-out")
    .argument("<type>", "server type")
    .argument("<location>")
    .description("make a server type unavailable in a location")
    .action((serverType: string, location: string) =>
      add({ kind: "soldOut", serverType, location }),
    );
}

function addMachineFaults(fault: Command, sandbox: () => RunningSandbox, log: Log): void {
  fault
    .command("host")
    .argument("<name>", "name of a host, or a unique part of it")
    .argument("<fault>", hostFaultOperations.join(", "))
    .description(
      "start or end a fault of a host: end it at once (kill); stop its processes (freeze, ended by thaw); disconnect its networks (cut, mend); fill its disk (fill, free); expire root's password (expire, renew); remove the address of the private interface or make its packets too large (no-address, large-packets, both ended by address); refuse the sound module (refuse-sound, allow-sound); hang at the next reboot (hang-reboot, end-hang)",
    )
    .action(async (name: string, what: string) => {
      const host = await findHost(sandbox(), name);
      if (isMachineId(host.id)) {
        await callMachines(sandbox(), "fault", { name: host.name, operation: what });
      } else await callAdmin(sandbox(), "POST", `/hosts/${host.id.toString()}/${what}`);
      log(`${host.name}: ${what}`);
    });
  fault
    .command("service")
    .argument("<name>", "apt, dns, acme, storage, machines")
    .argument("<verb>", "stop, start")
    .description(
      "stop or start the package mirrors (apt), the name servers (dns), the ACME server (acme), the storages (storage) or all machines of other providers (machines)",
    )
    .action(async (name: string, verb: string) => {
      await callAdmin(sandbox(), "POST", `/services/${name}/${verb}`);
      log(`${name}: ${verb}`);
    });
}

/** Requests by route, most frequent first, then the requests that are not simulated. */
export function callRows({ calls, unhandled }: SimulatorStatus): string[][] {
  const rows = Object.entries(calls)
    .sort(([, a], [, b]) => b - a)
    .map(([route, count]) => [count.toString(), route]);
  return [["CALLS", "ROUTE"], ...rows, ...unhandled.map((request) => ["not simulated", request])];
}
