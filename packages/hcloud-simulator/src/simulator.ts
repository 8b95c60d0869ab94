import { randomBytes } from "node:crypto";

import { createApi, type Api, type ApiOptions } from "./server";
import { tokenLength } from "./serving";

export interface SimulatorOptions extends ApiOptions {
  /** Port on which the API answers. By default a free one. */
  readonly port?: number;
  /** Address on which the API answers, 127.0.0.1 by default. */
  readonly host?: string;
}

/** A Hetzner Cloud API that answers. */
export interface Simulator extends Omit<Api, "listen"> {
  /** The URL with /v1, as `HCLOUD_ENDPOINT` takes it. */
  readonly endpoint: string;
  /** The token that the API takes, for `HCLOUD_TOKEN`. A random one where the options have none. */
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
