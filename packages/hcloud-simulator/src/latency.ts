/** Durations of requests and actions. All are 0 by default, so that tests do not wait. */
export interface Latency {
  /** Milliseconds before each request is answered. */
  readonly requestMs: number;
  /** Milliseconds that an action takes in addition to its real work. */
  readonly actionMs: number;
  /** The same for single commands: `{ create_server: 3000 }`. */
  readonly commandMs: Readonly<Record<string, number>>;
}

export const noLatency: Latency = Object.freeze({ requestMs: 0, actionMs: 0, commandMs: {} });

/**
 * Sources of the values of `hetznerLatency`: terminal output in public issue threads. Real values
 * vary with the hour and the location. A value that is missing here has no source; it is estimated
 * from a similar command.
 */
const latencySources: Readonly<Record<string, string>> = {
  request:
    "a refresh of all servers, a handful of requests, took 0.7 s: kubernetes/autoscaler#5757 (2023)",
  create_server: "syself/cluster-api-provider-hetzner#1223 (2024)",
  action: "0.7 s for `shutdown_server`: syself/cluster-api-provider-hetzner#1223 (2024)",
  add_subnet: "hetznercloud/cli#255 (2020)",
  create_image:
    "estimate: minutes to an hour in hetznercloud/terraform-provider-hcloud#312 (2021); a minute, so that a test can wait",
};

/** The source of a value of `hetznerLatency`, or "estimate". */
export function latencySource(command: string): string {
  return latencySources[command] ?? "estimate";
}

/** Approximately the durations at Hetzner. Hosts boot as fast as they can; these values are added. */
export const hetznerLatency: Latency = Object.freeze({
  requestMs: 150,
  actionMs: 700,
  commandMs: Object.freeze({
    create_server: 4700,
    rebuild_server: 4700,
    start_server: 4700,
    delete_server: 1000,
    change_server_type: 60_000,
    create_image: 60_000,
    add_subnet: 1000,
    delete_subnet: 1000,
    add_route: 1000,
    delete_route: 1000,
    attach_to_network: 1000,
    detach_from_network: 1000,
  }),
});

/** Latencies by the name that `--latency` accepts. */
export const latencyPresets = { none: noLatency, hetzner: hetznerLatency } as const;

export type LatencyPreset = keyof typeof latencyPresets;

export function commandLatency(latency: Latency, command: string): number {
  return latency.commandMs[command] ?? latency.actionMs;
}
