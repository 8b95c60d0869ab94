/** How long things take. All zero unless told otherwise, so that tests need not wait. */
export interface Latency {
  /** Milliseconds before each request is answered. */
  readonly requestMs: number;
  /** Milliseconds that an action is running besides its real work. */
  readonly actionMs: number;
  /** The same for single commands: `{ create_server: 3000 }`. */
  readonly commandMs: Readonly<Record<string, number>>;
}

export const noLatency: Latency = Object.freeze({ requestMs: 0, actionMs: 0, commandMs: {} });

/**
 * About what Hetzner takes, from terminal output in public issue threads; it varies by hours and places.
 * - create_server 4.7 s, shutdown_server 0.7 s: syself/cluster-api-provider-hetzner#1223 (2024)
 * - add_subnet 1 s: hetznercloud/cli#255 (2020)
 * - a refresh of all servers, which is a handful of requests, 0.7 s: kubernetes/autoscaler#5757 (2023)
 * - servers out of snapshots take minutes to an hour: hetznercloud/terraform-provider-hcloud#312 (2021);
 *   one minute stands for it, so that a test can wait for it.
 * What has no source of its own is taken for as long as its nearest relative in this list.
 * Real hosts of a sandbox boot as long as they boot; this comes on top.
 */
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

/** Latencies with a name, as `--latency` takes them. */
export const latencyPresets = { none: noLatency, hetzner: hetznerLatency } as const;

export type LatencyPreset = keyof typeof latencyPresets;

export function commandLatency(latency: Latency, command: string): number {
  return latency.commandMs[command] ?? latency.actionMs;
}
