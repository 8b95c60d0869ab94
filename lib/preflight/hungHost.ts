import { once } from "node:events";
import { connect } from "node:net";
import { ports } from "../constants";
import type { PlannedHost } from "../plan/plannedHosts";
import { none, problem, type Findings } from "./findings";

/** How long the check waits, in milliseconds. */
export interface Patience {
  /** For a connection. A host that accepts none is not a case for this check. */
  readonly connectMs: number;
  /** For the first data after that. A host that is only busy sends it within seconds. */
  readonly wordMs: number;
}

const patience: Patience = { connectMs: 5_000, wordMs: 60_000 };

/**
 * Refuses a web host that hangs: it accepts connections at port 22, which the kernel does alone, but sends nothing. A step
 * would wait there for ever, because the provider has a timeout for the connection only, not for the login. In other cases
 * (refused, no route, off) a step fails by itself after some minutes, and this `up` may repair the cause.
 *
 * @param says by default asks the host
 */
export async function checkWebHost(
  hosts: readonly PlannedHost[],
  says: (address: string) => Promise<boolean> = saysSomething,
): Promise<Findings> {
  const server = hosts.find(({ role }) => role === "web")?.server;
  const address = server?.public_net?.ipv4?.ip;
  if (server?.status !== "running" || address === undefined || (await says(address))) return none;
  return problem(
    undefined,
    `The web host (${server.name}, ${address}) hangs: it accepts connections at port ${ports.ssh}, and sends nothing for ${patience.wordMs / 1000} s. Every step on it would wait for ever, and drains run there`,
    `hcloud server reset ${server.name}  # then: pulumi up; if it is lost for good: docs/scale.md#remove-a-bridge-without-the-web-host`,
  );
}

/** Whether the server at port 22 sends its identification. True also if no connection is accepted. */
export async function saysSomething(
  address: string,
  { connectMs, wordMs }: Patience = patience,
  port: number = ports.ssh,
): Promise<boolean> {
  const socket = connect({ host: address, port });
  try {
    if (!(await happens(socket, ["connect"], connectMs))) return true;
    // A server with too many logins at the moment closes without sending anything. It does not hang.
    return await happens(socket, ["data", "close"], wordMs);
  } catch {
    // Refused, or no route.
    return true;
  } finally {
    socket.destroy();
  }
}

/** Whether one of the events comes in time. @throws the socket's own error */
async function happens(
  socket: NodeJS.EventEmitter,
  events: readonly string[],
  milliseconds: number,
): Promise<boolean> {
  const timeout = AbortSignal.timeout(milliseconds);
  try {
    await Promise.race(events.map((event) => once(socket, event, { signal: timeout })));
    return true;
  } catch (error) {
    if (timeout.aborted) return false;
    throw error;
  }
}
