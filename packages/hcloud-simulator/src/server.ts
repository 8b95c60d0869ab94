import type { DnsSource } from "./dnsSource";
import type { HostDriver } from "./driver";

import { Actions } from "./actions";
import { addAdminRoutes, type Service } from "./admin";
import type { Context } from "./context";
import { createDnsSource } from "./dns";
import { Faults, type Fault } from "./faults";
import { createHttpServer } from "./http";
import { KeyedQueue } from "./keyedQueue";
import { noLatency, type Latency } from "./latency";
import { defaultLimits, Limits } from "./limits";
import { openLmdbJournal } from "./lmdbJournal";
import { lockState } from "./lock";
import { createNullDriver } from "./nullDriver";
import { unroutedRanges, type PublicRanges } from "./publicRanges";
import { hetznerCallsPerHour } from "./rateLimit";
import { Recorder } from "./recorder";
import { buildRegistry } from "./resource";
import { resources } from "./resources";
import { addRoute, tokenLength } from "./serving";
import { Settings, type SettingsValues } from "./settings";
import { Store } from "./store";

export interface ApiOptions {
  /**
   * File that keeps the state over restarts. One process at a time can open it. Default: the state
   * is in memory.
   */
  readonly storePath?: string;
  /** The only valid token, 64 characters. Default: any token of that length is valid. */
  readonly token?: string;
  /** The hosts behind the servers. Default: no hosts. */
  readonly driver?: HostDriver;
  /** Default: ranges that no network routes. */
  readonly publicRanges?: PublicRanges;
  /** Default: requests and actions take only as long as their real work. */
  readonly latency?: Partial<Latency>;
  /** Requests an hour. Default: 3600, as at Hetzner. null means no limit. */
  readonly callsPerHour?: number | null;
  /** Services beside the API that the admin interface can stop, by name. */
  readonly services?: Readonly<Record<string, Service>>;
}

export interface SimulatorStatus {
  readonly servers: number;
  /** Requests without a route and requests that are not simulated, as `METHOD /path`. */
  readonly unhandled: readonly string[];
  /** Number of requests by route. */
  readonly calls: Readonly<Record<string, number>>;
  readonly settings: SettingsValues;
  readonly faults: readonly Fault[];
}

export interface Api {
  /**
   * Starts to listen. With port 0 the system chooses a free port. Resolves to the endpoint, which
   * includes /v1.
   */
  listen(port: number, host: string): Promise<string>;
  /** Ends requests and actions, then closes the store. Hosts stay as they are. */
  close(): Promise<void>;
  /** The current zones, record sets and reverse DNS names. */
  readonly dns: DnsSource;
  readonly unhandled: readonly string[];
  /** Resolves when no action is running. */
  idle(): Promise<void>;
  status(): SimulatorStatus;
}

/**
 * A Hetzner Cloud API (v1) on this machine. Its servers are the driver's hosts. With `storePath`
 * its state survives kill -9.
 *
 * @throws Error when `token` does not have 64 characters, or the store cannot be opened, for
 *   example because another process has it open
 */
export async function createApi(options: ApiOptions = {}): Promise<Api> {
  const { driver = createNullDriver(), publicRanges = unroutedRanges, token } = options;
  if (token !== undefined && token.length !== tokenLength)
    throw new Error(`token has ${token.length} characters; the API's have ${tokenLength}`);
  const registry = buildRegistry(resources);
  const { store, close: closeStore } = await openStore(options.storePath);
  const { callsPerHour = hetznerCallsPerHour } = options;
  const latency = { ...noLatency, ...options.latency };
  const settings = new Settings(store, { latency, callsPerHour, limits: defaultLimits });
  const actions = new Actions(store, registry.commands, settings, () => ctx);
  const faults = new Faults();
  const limits = new Limits(store, () => settings.current.limits);
  const driverCalls = new KeyedQueue<number>();
  const ctx: Context = { store, actions, driver, publicRanges, limits, faults, driverCalls };
  for (const resource of resources) await resource.start?.(ctx);
  actions.resume();

  const recorder = new Recorder();
  const server = createHttpServer(recorder);
  const serving = { ctx, settings, recorder, token };
  for (const route of registry.routes) addRoute(server, route, serving);
  const status = (): SimulatorStatus => ({
    servers: store.table({ name: "server" }).all().length,
    unhandled: recorder.unhandled,
    calls: recorder.calls,
    settings: settings.current,
    faults: faults.all(),
  });
  const { routes } = registry;
  addAdminRoutes(server, { ...serving, routes, services: options.services ?? {}, status });

  return {
    listen: async (port, host) => `${await server.listen({ port, host })}/v1`,
    close: async () => {
      await server.close();
      await actions.close();
      await ctx.driverCalls.idle();
      await closeStore();
    },
    dns: createDnsSource(ctx),
    unhandled: recorder.unhandled,
    idle: () => actions.idle(),
    status,
  };
}

async function openStore(path: string | undefined) {
  if (path === undefined) {
    const store = new Store();
    return { store, close: () => store.close() };
  }
  const unlock = await lockState(path);
  const store = new Store(openLmdbJournal(path));
  return {
    store,
    close: async () => {
      await store.close();
      await unlock();
    },
  };
}
