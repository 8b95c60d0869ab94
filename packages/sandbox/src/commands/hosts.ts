import { runInteractive, UserError } from "../cliSupport";
import { listServers, type RunningSandbox, type ServerSummary } from "../client";
import { listMachines } from "../machines/machineClient";
import { initPid } from "../hosts/cgroups";
import { run } from "../hosts/exec";
import { consoleLog } from "../hosts/names";
import { sandboxPaths } from "../state";

/** A host: a server of the API, or a machine that the API does not know. */
export type HostSummary = Pick<ServerSummary, "id" | "name" | "status">;

/** The environment of a root login. The caller's environment must not reach the host. */
const loginEnvironment = [
  "HOME=/root",
  "USER=root",
  "LOGNAME=root",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
];

/**
 * Runs a command or a shell on a host as root. It enters the host's namespaces, like a console, so
 * it needs no SSH key and works without sshd. Resolves to the exit code.
 *
 * @throws UserError as `shellArguments`
 */
export async function shellOnHost(
  sandbox: RunningSandbox,
  name: string,
  words: readonly string[],
): Promise<number> {
  return runInteractive("nsenter", await shellArguments(sandbox, name, words));
}

/**
 * Arguments of nsenter for a command or a shell on a host. Like ssh, it joins the words by spaces to
 * a command line for the host's shell.
 *
 * @param name the host's name, or a unique part of it: `web`, `jvb-0`
 * @throws UserError when no host or several match, or the host does not run
 */
export async function shellArguments(
  sandbox: RunningSandbox,
  name: string,
  words: readonly string[],
): Promise<string[]> {
  const host = await findHost(sandbox, name);
  const terminal = process.env.TERM === undefined ? [] : [`TERM=${process.env.TERM}`];
  const shell = ["bash", ...(words.length > 0 ? ["-c", words.join(" ")] : ["--login"])];
  return enterArguments(sandbox, host, [...terminal, ...shell]);
}

/**
 * Like `shellOnHost`, but for programs: without a terminal, and resolves to the output.
 *
 * @throws UserError when the host does not run, CommandError when the command fails
 */
export async function runOnHost(
  sandbox: RunningSandbox,
  host: HostSummary,
  command: readonly string[],
): Promise<string> {
  return run("nsenter", enterArguments(sandbox, host, command));
}

/** Arguments of nsenter to run a command, with `NAME=value` before it, in a host. */
function enterArguments(
  sandbox: RunningSandbox,
  host: HostSummary,
  command: readonly string[],
): string[] {
  const pid = initPid(sandbox.identity, host.id);
  if (pid === undefined) throw new UserError(`${host.name} does not run (it is ${host.status})`);
  const enter = ["--target", pid.toString(), "--all", "--wdns=/root"];
  return [...enter, "env", "-i", ...loginEnvironment, ...command];
}

/**
 * Shows the console of a host, or with `server` the log of the sandbox itself. Resolves to the exit
 * code.
 */
export async function showLog(sandbox: RunningSandbox, name: string): Promise<number> {
  const { identity } = sandbox;
  const file =
    name === "server"
      ? sandboxPaths(identity.dir).serverLog
      : consoleLog(identity, (await findHost(sandbox, name)).name);
  return runInteractive("cat", [file]);
}

/**
 * The host with this name, or the only host whose name contains it: of the API's servers, otherwise
 * of the machines that the API does not know.
 *
 * @throws UserError when no host or several match
 */
export async function findHost(sandbox: RunningSandbox, name: string): Promise<HostSummary> {
  const servers: readonly HostSummary[] = await listServers(sandbox);
  const machines: readonly HostSummary[] = await listMachines(sandbox);
  const exact = [...servers, ...machines].filter((host) => host.name === name);
  const matching = (hosts: readonly HostSummary[]) =>
    hosts.filter((host) => host.name.includes(name));
  const found = [exact, matching(servers), matching(machines)].find(({ length }) => length > 0);
  const [host, ...others] = found ?? [];
  const known = [...servers, ...machines].map((one) => one.name).join(", ") || "none";
  if (host === undefined) throw new UserError(`no host is called ${name}; hosts: ${known}`);
  if (others.length > 0) throw new UserError(`${name} matches several hosts; hosts: ${known}`);
  return host;
}
