import type { Problem } from "../problem";
import { publicKeyProblem } from "./publicKey";

/** A bastion: the host through which all hosts are reached over SSH. */
export interface SshProxy {
  readonly user: string;
  /** Name or address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The only host key that is accepted, an authorized_keys line. */
  readonly hostKey: string;
}

/** `[user@]host[:port]`, an IPv6 address in brackets. */
const proxyPattern =
  /^(?:(?<user>[a-z_][a-z0-9_-]*)@)?(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>\d{1,5}))?$/;

/**
 * Reads the settings of the bastion. The default user is root, the default port 22.
 *
 * @param text the value of `sshProxy`; absent or empty for none
 * @param hostKey the value of `sshProxyHostKey`
 */
export function parseSshProxy(
  text: string | undefined,
  hostKey: string | undefined,
): SshProxy | undefined {
  const groups = proxyPattern.exec(text ?? "")?.groups;
  const host = groups?.ipv6 ?? groups?.host;
  if (host === undefined) return undefined;
  return Object.freeze({
    user: groups?.user ?? "root",
    host,
    port: Number(groups?.port ?? 22),
    hostKey: (hostKey ?? "").trim(),
  });
}

/** `host` or `host:port`, an IPv6 address in brackets; the default port is left out. */
export function hostAndPort({ host, port }: Pick<SshProxy, "host" | "port">): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === 22 ? name : `${name}:${port}`;
}

/** What is wrong with the two keys; each reason is the end of a sentence that begins with the key. */
export function sshProxyProblems(text: string | undefined, hostKey: string | undefined): Problem[] {
  if (text === undefined || text === "") return [];
  const fix = "pulumi config set sshProxy admin@bastion.example.org:22";
  const proxy = parseSshProxy(text, hostKey);
  if (proxy === undefined || proxy.port < 1 || proxy.port > 65535) {
    const reason = `is "${text}"; [user@]host[:port] is needed`;
    return [{ key: "sshProxy", reason, fix }];
  }
  const problem =
    proxy.hostKey === ""
      ? "is not set; without it anybody could stand in the place of the bastion"
      : publicKeyProblem(proxy.hostKey);
  if (problem === undefined) return [];
  const scan = `ssh-keyscan -t ed25519 -p ${proxy.port} ${proxy.host} | cut -d' ' -f2-`;
  return [
    {
      key: "sshProxyHostKey",
      reason: problem,
      fix: `pulumi config set sshProxyHostKey "$(${scan})"  # and compare it with the bastion's own`,
    },
  ];
}

/** The problem of a private key for the bastion that is not stored as a secret. */
export const plainPrivateKey = {
  key: "sshProxyPrivateKey",
  reason: "is in plain text in the stack's settings (not shown); it must be stored as a secret",
  fix: "cat KEYFILE | pulumi config set --secret sshProxyPrivateKey",
} as const;
