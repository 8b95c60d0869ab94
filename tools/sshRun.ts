import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatorError } from "../lib/errors";
import { opensshPrivateKey } from "../lib/sshKeyPair";

/** A host, with the addresses and keys by which `pulumi up` reaches it. */
export interface SshTarget extends SshHop {
  /** The bastion on the way; absent if the host is reached directly. */
  readonly proxy?: SshHop;
}

export interface SshHop {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  /** The only host key that is accepted, an authorized_keys line. */
  readonly hostKey?: string;
  /** Private key, OpenSSH's or PKCS #8; absent if an SSH agent has it. */
  readonly privateKey?: string;
}

const bounds = { connectSeconds: 10, aliveSeconds: 5, aliveMisses: 3 } as const;

/**
 * Runs a script in a host's bash over SSH, and resolves to its stdout. The connection is pinned to the host key.
 *
 * ssh reads keys from files only. They are in a folder that no other user can enter. It is removed when ssh has ended, and
 * when this process is ended by a signal.
 *
 * @param timeoutMs for everything together
 * @throws OperatorError with the output of ssh or of the script
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
  // Runs at the end of the process, also after `process.exit` in a signal handler.
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

/** The configuration of one run. Also writes the files of the keys that it names. */
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
    writePrivate(join(folder, `${name}-key`), `${opensshPrivateKey(hop.privateKey).trim()}\n`);
  return [
    `Host ${name}`,
    `  HostName ${hop.host}`,
    `  Port ${(hop.port ?? 22).toString()}`,
    `  User ${hop.user ?? "root"}`,
    `  HostKeyAlias ${name}`,
    // The pinned key has one type. Keys of other types of the same host are not known.
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
    // If the connection breaks, ssh's exit code says so.
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}

/** 255 is ssh's own exit code. null: ssh was ended after the timeout. */
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
    ? `another host answers at ${proxy === undefined ? "" : `the bastion ${proxy.host} or at `}${host}: its host key is not the known one; nothing was sent to it`
    : `${host} cannot be reached over SSH (${end}): ${
        proxy === undefined
          ? "does it run, and does adminCidrs contain this machine?"
          : `do it and the bastion ${proxy.host} run, does the bastion accept this machine's key (sshProxyPrivateKey), and does adminCidrs contain the bastion?`
      }`;
}
