import { runInteractive, UserError } from "../cliSupport";
import { listServers, type RunningSandbox, type ServerSummary } from "../client";
import { initPid } from "../hosts/cgroups";
import { run } from "../hosts/exec";
import { consoleLog } from "../hosts/names";
import { sandboxPaths } from "../state";

/** The environment that a root login has; the caller's own is no business of the host's. */
const loginEnvironment = [
  "HOME=/root",
  "USER=root",
  "LOGNAME=root",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
];

/**
 * Runs a command, or a shell, on a host as root. It enters by the host's namespaces, as one would by a
 * console, so that it needs no key and works where sshd does not. Resolves to the exit code.
 *
 * As ssh does, it joins the words by spaces to one command line, which the host's shell runs.
 *
 * @param name the host's name, or a part of it that no other has: `web`, `jvb-0`
 * @throws UserError when no host or several match, or it does not run
 */
export async function shellOnHost(
  sandbox: RunningSandbox,
  name: string,
  words: readonly string[],
): Promise<number> {
  const host = await findHost(sandbox, name);
  const terminal = process.env.TERM === undefined ? [] : [`TERM=${process.env.TERM}`];
  const shell = ["bash", ...(words.length > 0 ? ["-c", words.join(" ")] : ["--login"])];
  return runInteractive("nsenter", enterArguments(sandbox, host, [...terminal, ...shell]));
}

/**
 * As `shellOnHost`, for programs: runs a command on a host without a terminal and resolves to its output.
 * @throws UserError when the host does not run, CommandError when the command fails
 */
export async function runOnHost(
  sandbox: RunningSandbox,
  host: ServerSummary,
  command: readonly string[],
): Promise<string> {
  return run("nsenter", enterArguments(sandbox, host, command));
}

/** nsenter's arguments that run a command, with `NAME=value` ahead of it, in a host. */
function enterArguments(
  sandbox: RunningSandbox,
  host: ServerSummary,
  command: readonly string[],
): string[] {
  const pid = initPid(sandbox.identity, host.id);
  if (pid === undefined) throw new UserError(`${host.name} does not run (it is ${host.status})`);
  const enter = ["--target", pid.toString(), "--all", "--wdns=/root"];
  return [...enter, "env", "-i", ...loginEnvironment, ...command];
}

/** Shows a host's console, or with `server` the log of the sandbox itself. Resolves to the exit code. */
export async function showLog(sandbox: RunningSandbox, name: string): Promise<number> {
  const { identity } = sandbox;
  const file =
    name === "server"
      ? sandboxPaths(identity.dir).serverLog
      : consoleLog(identity, (await findHost(sandbox, name)).name);
  return runInteractive("cat", [file]);
}

/** The host of that name, or the one whose name holds it. @throws UserError */
export async function findHost(sandbox: RunningSandbox, name: string): Promise<ServerSummary> {
  const servers = await listServers(sandbox);
  const exact = servers.filter((server) => server.name === name);
  const [host, ...others] =
    exact.length > 0 ? exact : servers.filter((server) => server.name.includes(name));
  const known = servers.map((server) => server.name).join(", ") || "none";
  if (host === undefined) throw new UserError(`no host is called ${name}; there are: ${known}`);
  if (others.length > 0) throw new UserError(`${name} is not one host; there are: ${known}`);
  return host;
}
