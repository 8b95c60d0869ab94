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
const pattern =
  /^(?:(?<user>[a-z_][a-z0-9_-]*)@)?(?:\[(?<ipv6>[0-9a-f:.]+)\]|(?<host>[A-Za-z0-9.-]+))(?::(?<port>\d{1,5}))?$/;

/** Reads `[user@]host[:port]`. The default user is root, the default port 22. `undefined` for anything else. */
export function readProxy(text: string): Omit<SshProxy, "hostKey"> | undefined {
  const groups = pattern.exec(text)?.groups;
  const host = groups?.ipv6 ?? groups?.host;
  const port = Number(groups?.port ?? 22);
  return host === undefined || port < 1 || port > 65535
    ? undefined
    : { user: groups?.user ?? "root", host, port };
}

/** `host` or `host:port`, an IPv6 address in brackets; the default port is left out. */
export function hostAndPort({ host, port }: Pick<SshProxy, "host" | "port">): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === 22 ? name : `${name}:${port}`;
}
