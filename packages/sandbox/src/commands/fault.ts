import { Command, InvalidArgumentError } from "commander";
import type { SimulatorStatus } from "../../../hcloud-simulator/src/server";
import { hostFaultOperations } from "../../../hcloud-simulator/src/driver";
import { table, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";
import { findHost } from "./hosts";

/** The fields of a fault that a table shows, beside its id and kind. */
type ShownFault = Readonly<Record<string, string | number>> & { id: number; kind: string };

interface Options {
  readonly times?: number;
  readonly message?: string;
}

/** `sandbox fault ...`: makes things go wrong on purpose, and right again. */
export function faultCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const fault = new Command("fault").description("make something go wrong on purpose");
  const add = async (spec: Readonly<Record<string, unknown>>): Promise<void> => {
    const answer = await callAdmin(sandbox(), "POST", "/faults", spec);
    const { id } = (answer as { fault: ShownFault }).fault;
    log(`fault ${id.toString()} is in force; \`fault clear ${id.toString()}\` ends it`);
  };
  addApiFaults(fault, add);
  addMachineFaults(fault, sandbox, log);
  fault
    .command("list")
    .option("--json", "as JSON", false)
    .description("faults of the API that are in force")
    .action(async ({ json }: { json: boolean }) => {
      const { faults } = (await callAdmin(sandbox(), "GET", "/faults")) as { faults: ShownFault[] };
      console.log(json ? JSON.stringify(faults, null, 2) : table(faultRows(faults)));
    });
  fault
    .command("clear")
    .argument("[id]", "one fault; all of them without it")
    .description("end faults of the API; hosts and services have their own ways back")
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
    fault.command(name).option("--times <n>", "how often; without it until cleared", positive);
  counted("fail")
    .argument("<route>", "as `status` and docs/simulator.md write it: 'POST /servers'; or '*'")
    .argument("<code>", "the API's error code: resource_limit_exceeded, conflict, ...")
    .option("--message <text>", "the error's message")
    .description("requests of a route fail with a code")
    .action((route: string, code: string, options: Options) =>
      add({ kind: "fail", route, code, ...options }),
    );
  counted("slow")
    .argument("<route>")
    .argument("<milliseconds>", "", positive)
    .description("requests of a route are held up")
    .action((route: string, ms: number, options: Options) =>
      add({ kind: "slow", route, ms, ...options }),
    );
  counted("drop")
    .argument("<route>")
    .option("--after", "once the request has been worked on: done, and nobody hears of it", false)
    .description("connections of a route break")
    .action((route: string, { after, ...options }: Options & { after: boolean }) =>
      add({ kind: "drop", route, when: after ? "after" : "before", ...options }),
    );
  counted("action")
    .argument("<command>", "as in actions: create_server, attach_to_network, ...; or '*'")
    .option("--code <code>", "the action's error code", "action_failed")
    .option("--message <text>", "the error's message")
    .description("actions of a command end in error")
    .action((command: string, options: Options & { code: string }) =>
      add({ kind: "action", command, ...options }),
    );
  fault
    .command("sold-out")
    .argument("<type>", "server type")
    .argument("<location>")
    .description("a server type cannot be had in a location")
    .action((serverType: string, location: string) =>
      add({ kind: "soldOut", serverType, location }),
    );
}

function addMachineFaults(fault: Command, sandbox: () => RunningSandbox, log: Log): void {
  fault
    .command("host")
    .argument("<name>", "a host's name, or a part of it that no other has")
    .argument("<fault>", hostFaultOperations.join(", "))
    .description(
      "a host dies (kill), stops and goes on (freeze, thaw), loses its network and gets it back (cut, mend), has its disk full and free again (fill, free), has root's password expired and valid again (expire, renew), loses the address of its private interface or what is large there and gets it back (no-address, large-packets, address)",
    )
    .action(async (name: string, what: string) => {
      const host = await findHost(sandbox(), name);
      await callAdmin(sandbox(), "POST", `/hosts/${host.id.toString()}/${what}`);
      log(`${host.name}: ${what}`);
    });
  fault
    .command("service")
    .argument("<name>", "apt, dns")
    .argument("<verb>", "stop, start")
    .description("the package mirrors or the name server stop, and start again")
    .action(async (name: string, verb: string) => {
      await callAdmin(sandbox(), "POST", `/services/${name}/${verb}`);
      log(`${name}: ${verb}`);
    });
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("a whole number from 1 on");
  return Number(text);
}

function faultRows(faults: readonly ShownFault[]): string[][] {
  const rows = faults.map(({ id, kind, ...rest }) => [
    id.toString(),
    kind,
    Object.entries(rest)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(" "),
  ]);
  return [["ID", "KIND", "WHAT"], ...rows];
}

/** Calls by route, most often first, and what was asked for and is not simulated. */
export function callRows({ calls, unhandled }: SimulatorStatus): string[][] {
  const rows = Object.entries(calls)
    .sort(([, a], [, b]) => b - a)
    .map(([route, count]) => [count.toString(), route]);
  return [["CALLS", "ROUTE"], ...rows, ...unhandled.map((request) => ["not simulated", request])];
}
