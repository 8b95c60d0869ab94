import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../lib/errors";

/** A host as `pulumi up` reaches it: by these addresses and keys alone. */
export interface SshTarget extends SshHop {
  /** The bastion on the way; absent where the host is reached directly. */
  readonly proxy?: SshHop;
}

export interface SshHop {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** The only host key that is accepted, an authorized_keys line. */
  readonly hostKey?: string;
  /** OpenSSH private key; absent where an SSH agent has it. */
  readonly privateKey?: string;
}

const bounds = { connectSeconds: 10, aliveSeconds: 5, aliveMisses: 3 } as const;

/**
 * Gives a script to a host's bash over SSH and resolves to its stdout. The connection is pinned to the host key.
 *
 * ssh takes keys from files only: they are in a folder that nobody else can enter, which goes when ssh has ended,
 * and when this process is told to end.
 *
 * @param timeoutMs for all of it
 * @throws OperatorError with what ssh or the script said
 */
export async function runOverSsh(
  target: SshTarget,
  script: string,
  timeoutMs: number,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "jitsi-hetzner-ssh-"));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  // Runs at the end of the process, also at one by `process.exit` in a signal's handler.
  process.once("exit", remove);
  const onSignal = (): never => process.exit(130);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  signals.forEach((signal) => process.once(signal, onSignal));
  try {
    chmodSync(folder, 0o700);
    writePrivate(join(folder, "config"), sshConfig(target, folder));
    return await ssh(target, join(folder, "config"), script, timeoutMs);
  } finally {
    signals.forEach((signal) => process.removeListener(signal, onSignal));
    process.removeListener("exit", remove);
    remove();
  }
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

/** The configuration of one run; writes the keys that it names beside it. */
function sshConfig({ proxy, ...host }: SshTarget, folder: string): string {
  const jump = proxy === undefined ? [] : ["  ProxyJump bastion"];
  return [
    ...hopConfig("host", host, folder),
    ...jump,
    ...(proxy === undefined ? [] : hopConfig("bastion", proxy, folder)),
    "",
  ].join("\n");
}

function hopConfig(name: string, hop: SshHop, folder: string): string[] {
  const path = (file: string): string => `"${join(folder, `${name}-${file}`)}"`;
  const hostKey = hop.hostKey?.trim() ?? "";
  writePrivate(join(folder, `${name}-known`), `${name} ${hostKey}\n`);
  if (hop.privateKey !== undefined)
    writePrivate(join(folder, `${name}-key`), `${hop.privateKey.trim()}\n`);
  return [
    `Host ${name}`,
    `  HostName ${hop.host}`,
    `  Port ${(hop.port ?? 22).toString()}`,
    `  User ${hop.user ?? "root"}`,
    `  HostKeyAlias ${name}`,
    // The key that is pinned has one type; another one of the host's would not be known.
    `  HostKeyAlgorithms ${hostKey.split(" ")[0] ?? ""}`,
    `  UserKnownHostsFile ${path("known")}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    ...(hop.privateKey === undefined
      ? []
      : [`  IdentityFile ${path("key")}`, "  IdentitiesOnly yes", "  IdentityAgent none"]),
    "  BatchMode yes",
    `  ConnectTimeout ${bounds.connectSeconds.toString()}`,
    `  ServerAliveInterval ${bounds.aliveSeconds.toString()}`,
    `  ServerAliveCountMax ${bounds.aliveMisses.toString()}`,
    "  LogLevel ERROR",
  ];
}

function ssh(
  target: SshTarget,
  config: string,
  script: string,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", ["-T", "-F", config, "host", "bash -s --"], {
      stdio: ["pipe", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const what = error.code === "ENOENT" ? "there is no ssh on the PATH" : error.message;
      reject(new OperatorError(what));
    });
    child.on("close", (code) => {
      if (code === 0) resolve(said.stdout);
      else reject(new OperatorError(problem(target, code, said.stderr.trim(), timeoutMs)));
    });
    // A connection that breaks is told by ssh's exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}

/** 255 is ssh's own exit code; null that it was ended, for the time was over. */
function problem(
  { host, proxy }: SshTarget,
  code: number | null,
  said: string,
  timeoutMs: number,
): string {
  const end = said.split("\n").slice(-8).join("\n");
  if (code === null) return `${host} has not answered over SSH within ${timeoutMs / 1000} s`;
  if (code !== 255) return `${host}: ${end}`;
  return /host key|HOST IDENTIFICATION/i.test(said)
    ? `something else answers at ${proxy === undefined ? "" : `the bastion ${proxy.host} or at `}${host}: its host key is not the one that is known; nothing was sent to it`
    : `${host} cannot be reached over SSH (${end}): ${
        proxy === undefined
          ? "does it run, and may this machine reach port 22 (adminCidrs)?"
          : `do it and the bastion ${proxy.host} run, does the bastion take this machine's key (sshProxyPrivateKey), and may it reach port 22 (adminCidrs)?`
      }`;
}
