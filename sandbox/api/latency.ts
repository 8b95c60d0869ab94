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

export function commandLatency(latency: Latency, command: string): number {
  return latency.commandMs[command] ?? latency.actionMs;
}
