import { randomBytes } from "node:crypto";

import { createApi, type Api, type ApiOptions } from "./server";
import { tokenLength } from "./serving";

export interface SimulatorOptions extends ApiOptions {
  /** Port of the API. Default: a free one. */
  readonly port?: number;
  /** Address of the API. Default: 127.0.0.1. */
  readonly host?: string;
}

/** A running Hetzner Cloud API. */
export interface Simulator extends Omit<Api, "listen"> {
  /** The URL with /v1, for `HCLOUD_ENDPOINT`. */
  readonly endpoint: string;
  /** The valid token, for `HCLOUD_TOKEN`. Random if the options have none. */
  readonly token: string;
}

/**
 * Starts a Hetzner Cloud API (v1). All options have defaults: no hosts behind the servers, the state
 * in memory, a free port on loopback, no latency, Hetzner's rate limit.
 *
 * @throws Error when the token has the wrong length, the store is open in another process, or the
 *   port is taken
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = "127.0.0.1", token = newToken(), ...rest } = options;
  const api = await createApi({ ...rest, token });
  try {
    return { ...api, token, endpoint: await api.listen(port, host) };
  } catch (error) {
    await api.close();
    throw error;
  }
}

function newToken(): string {
  return randomBytes(tokenLength / 2).toString("hex");
}
