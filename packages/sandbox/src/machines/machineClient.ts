import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";
import { run, waitUntil } from "../hosts/exec";
import type { MachineChoice, MachineView } from "./machine";
import { operatorKeyFile } from "./operatorKey";

/** Timeout until a new machine is ready. With packages, it takes half a minute. */
const readyTimeoutMs = 6 * 60_000;

/**
 * Calls a verb of the machines' service.
 *
 * @throws UserError without real hosts, or with the service's own message
 */
export async function callMachines(
  sandbox: RunningSandbox,
  verb: string,
  body?: unknown,
): Promise<unknown> {
  if (sandbox.state.hosts !== "nspawn") {
    throw new UserError("machines need real hosts: start the sandbox with --hosts nspawn");
  }
  return callAdmin(sandbox, "POST", `/services/machines/${verb}`, body);
}

/** All machines; none in a sandbox without real hosts. */
export async function listMachines(sandbox: RunningSandbox): Promise<readonly MachineView[]> {
  if (sandbox.state.hosts !== "nspawn") return [];
  const answer = await callMachines(sandbox, "list");
  return (answer as { machines: MachineView[] }).machines;
}

/**
 * The machine with this name.
 *
 * @throws UserError when there is none
 */
export async function findMachine(sandbox: RunningSandbox, name: string): Promise<MachineView> {
  const machines = await listMachines(sandbox);
  const found = machines.find((machine) => machine.name === name);
  if (found !== undefined) return found;
  const known = machines.map((machine) => machine.name).join(", ") || "none";
  throw new UserError(`no machine is called ${name}; machines: ${known}`);
}

/**
 * Creates a machine and waits until its operator can log in.
 *
 * @throws UserError with the reason when its installation fails
 */
export async function addMachine(
  sandbox: RunningSandbox,
  choice: MachineChoice,
): Promise<MachineView> {
  const { name } = choice;
  await callMachines(sandbox, "add", choice);
  let machine = await findMachine(sandbox, name);
  const isInstalled = async (): Promise<boolean> => {
    machine = await findMachine(sandbox, name);
    return machine.state !== "installing";
  };
  await waitUntil(`the machine ${name} is installed`, isInstalled, readyTimeoutMs, 200);
  if (machine.state === "failed")
    throw new UserError(`the machine ${name} could not be installed: ${machine.reason ?? ""}`);
  return machine;
}

/**
 * The ssh command of the operator, up to the command on the machine. The host key is known from the
 * sandbox, not from the network.
 *
 * @throws UserError when there is no such machine, or it is not installed
 */
export async function sshToMachine(
  sandbox: RunningSandbox,
  name: string,
): Promise<readonly string[]> {
  const machine = await findMachine(sandbox, name);
  if (machine.hostKey === "")
    throw new UserError(`${name} is not installed; check it: npm run -s sandbox -- machine list`);
  const { dir } = sandbox.identity;
  const knownHosts = join(dir, "operator", `${name}.known_hosts`);
  mkdirSync(join(dir, "operator"), { recursive: true, mode: 0o700 });
  writeFileSync(knownHosts, `${name} ${machine.hostKey}\n`);
  const options = [
    ...["StrictHostKeyChecking=yes", `UserKnownHostsFile=${knownHosts}`, "LogLevel=ERROR"],
    ...[
      "BatchMode=yes",
      "ConnectTimeout=10",
      "IdentitiesOnly=yes",
      "HostKeyAlgorithms=ssh-ed25519",
    ],
    `HostKeyAlias=${name}`,
  ].flatMap((option) => ["-o", option]);
  const login = `${machine.user}@${machine.ipv4}`;
  const key = ["-i", operatorKeyFile(dir)];
  return ["ssh", ...options, ...key, "-p", machine.port.toString(), login];
}

/**
 * Lets a key log in as the machine's user, by a command over SSH. No-op when it may already.
 *
 * @param key a line of authorized_keys
 * @throws UserError when the key is not a public SSH key
 */
export async function authorizeOn(
  sandbox: RunningSandbox,
  name: string,
  key: string,
): Promise<void> {
  if (!/^(ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+=*( [^\n]*)?$/.test(key.trim())) {
    throw new UserError(
      `"${key.slice(0, 30)}" is not a public SSH key; allowed: one line such as ssh-ed25519 AAAA...`,
    );
  }
  const [ssh = "", ...args] = await sshToMachine(sandbox, name);
  const add =
    'read -r key; file=~/.ssh/authorized_keys; grep -qxF -- "$key" "$file" || printf "%s\\n" "$key" >>"$file"';
  await run(ssh, [...args, add], { input: `${key.trim()}\n` });
}

/** The machines as the rows of a table. */
export function machineRows(machines: readonly MachineView[]): string[][] {
  return [
    ["MACHINE", "SYSTEM", "STATUS", "IPV4", "IPV6", "SSH", "HOST KEY"],
    ...machines.map((machine) => [
      machine.name,
      machine.os,
      machine.state === "ready" ? machine.status : machine.state,
      machine.ipv4,
      machine.ipv6,
      `${machine.user}, port ${machine.port.toString()}`,
      machine.hostKey || "-",
    ]),
  ];
}
