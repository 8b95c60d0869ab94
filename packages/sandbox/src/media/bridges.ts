import { listServers, type RunningSandbox, type ServerSummary } from "../client";
import type { Remote } from "./timeline";

/** Milliseconds between two looks at the list of servers. */
const refreshMs = 2_000;

/** The addresses of a server, as a participant sees them. */
export function addressesOf({ public_net, private_net }: ServerSummary): string[] {
  const { ipv4, ipv6 } = public_net;
  return [
    ...(ipv4 === null ? [] : [ipv4.ip]),
    // The API names the network; the host has its first address.
    ...(ipv6 === null ? [] : [ipv6.ip.replace(/::\/64$/, "::1")]),
    ...private_net.map(({ ip }) => ip),
  ];
}

/** Knows which bridge has an address. It keeps the names of servers that are gone. */
export class BridgeNames {
  private readonly names = new Map<string, string>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly sandbox: RunningSandbox) {}

  /** Reads the servers now and from then on. @param log takes the errors of later reads */
  async start(log: (line: string) => void): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => {
      this.refresh().catch((error: unknown) => {
        log(`the list of servers is not known: ${String(error)}`);
      });
    }, refreshMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** The server's name. An address that no server has is its own name. */
  readonly nameOf = ({ address, port }: Remote): string =>
    this.names.get(address) ?? `${address}:${port.toString()}`;

  private async refresh(): Promise<void> {
    for (const server of await listServers(this.sandbox)) {
      for (const address of addressesOf(server)) this.names.set(address, server.name);
    }
  }
}
