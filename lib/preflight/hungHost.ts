import { once } from "node:events";
import { connect } from "node:net";
import { ports } from "../constants";
import type { PlannedHost } from "../plan/plannedHosts";
import { none, problem, type Findings } from "./findings";

/** How long one is waited for, in milliseconds. */
export interface Patience {
  /** A connection: whoever takes none is no case for this check. */
  readonly connectMs: number;
  /** The first word after that. A host that is only busy says it within seconds. */
  readonly wordMs: number;
}

const patience: Patience = { connectMs: 5_000, wordMs: 60_000 };

/**
 * Whether the web host hangs: it takes connections at port 22, which its kernel does alone, and says nothing. A step
 * would wait there for ever, for the provider bounds the connect only, not the login. Other ways to be unreachable
 * (refused, no route, off) end a step by themselves, after some minutes, and may be what this `up` is to cure.
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

/** Whether what listens at port 22 says who it is; true as well where nobody takes the connection. */
export async function saysSomething(
  address: string,
  { connectMs, wordMs }: Patience = patience,
  port: number = ports.ssh,
): Promise<boolean> {
  const socket = connect({ host: address, port });
  try {
    if (!(await happens(socket, ["connect"], connectMs))) return true;
    // One that has too many logins just now closes without a word: it does not hang.
    return await happens(socket, ["data", "close"], wordMs);
  } catch {
    // Refused, or no way there.
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
