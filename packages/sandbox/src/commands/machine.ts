import { Command, InvalidArgumentError, Option } from "commander";
import { runInteractive, table, type Log } from "../cliSupport";
import type { RunningSandbox } from "../client";
import {
  machineFirewalls,
  machineLooks,
  machineSystems,
  powerVerbs,
  type MachineChoice,
} from "../machines/machine";
import {
  addMachine,
  authorizeOn,
  callMachines,
  listMachines,
  machineRows,
  sshToMachine,
} from "../machines/machineClient";

/** `sandbox machine ...`: machines that the API does not know. */
export function machineCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const machine = new Command("machine")
    .enablePositionalOptions()
    .description(
      "machines of another provider: real hosts with public addresses, which the API does not know and no firewall protects",
    );
  addCreation(machine, sandbox, log);
  machine
    .command("list")
    .description("list the machines, with their SSH host keys")
    .option("--json", "print the machines as JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const machines = await listMachines(sandbox());
      console.log(json ? JSON.stringify(machines, null, 2) : table(machineRows(machines)));
    });
  machine
    .command("remove")
    .argument("<name>")
    .description("remove a machine with its disk")
    .action(async (name: string) => {
      await callMachines(sandbox(), "remove", { name });
    });
  machine
    .command("power")
    .argument("<name>")
    .argument("<to>", powerVerbs.join(", "))
    .description("switch a machine on or off, shut it down, or reboot it")
    .action(async (name: string, to: string) => {
      await callMachines(sandbox(), "power", { name, to });
    });
  machine
    .command("authorize")
    .argument("<name>")
    .argument("<key>", "public SSH key, as one argument: 'ssh-ed25519 AAAA...'")
    .description("let a key log in as the machine's user, as its operator does over SSH")
    .action(async (name: string, key: string) => {
      await authorizeOn(sandbox(), name, key);
      log(`${name}: the key may log in`);
    });
  machine
    .command("ssh")
    .argument("<name>")
    .argument("[command...]", "command line for its shell; without it, a shell")
    .description("log in over SSH as the machine's operator; needs its network and SSH server")
    .passThroughOptions()
    .action(async (name: string, command: string[]) => {
      const [program = "", ...args] = await sshToMachine(sandbox(), name);
      process.exitCode = await runInteractive(program, [...args, ...command]);
    });
  return machine;
}

function addCreation(machine: Command, sandbox: () => RunningSandbox, log: Log): void {
  const oneOf = (flags: string, text: string, names: readonly string[], fallback: string): Option =>
    new Option(flags, text).choices(names).default(fallback);
  machine
    .command("add")
    .argument("<name>", "1 to 30 lower-case letters, digits and hyphens")
    .addOption(
      oneOf("--os <system>", "other calls itself Ubuntu 24.04", machineSystems, "debian-13"),
    )
    .option("--user <name>", "user that logs in over SSH", "root")
    .option("--port <number>", "port of the SSH server", port, 22)
    .option("--no-sudo", "a user other than root may not become root")
    .addOption(
      oneOf(
        "--look <look>",
        "provider has a user, a program on port 9100 and files of the provider; plain is stock Debian",
        machineLooks,
        "provider",
      ),
    )
    .addOption(
      oneOf("--firewall <kind>", "the machine's own packet filter", machineFirewalls, "none"),
    )
    .option("--web", "a web server (apache2) uses port 8080", false)
    .option("--leftovers", "an old bridge was removed, but not purged", false)
    .option("--cores <number>", "processor cores that it shows (nproc)", cores, 0)
    .option("--json", "print the machine as JSON", false)
    .description("create a machine; returns when its operator can log in")
    .action(async (name: string, { json, ...options }: AddOptions) => {
      const made = await addMachine(sandbox(), { name, ...options });
      if (json) console.log(JSON.stringify(made, null, 2));
      else log(`${name} is ready: ${made.user}@${made.ipv4}, port ${made.port.toString()}`);
    });
}

type AddOptions = Omit<MachineChoice, "name"> & { readonly json: boolean };

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError("allowed: 1 to 65535");
}

function cores(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= 256) return number;
  throw new InvalidArgumentError("allowed: 1 to 256");
}
