#!/usr/bin/env node
import { parseArgs } from "node:util";

import { latencyPresets } from "./latency";
import { createSimulator, type SimulatorOptions } from "./simulator";

const usage = `usage: hcloud-simulator [--port NUMBER] [--host ADDRESS] [--token TOKEN] [--state FILE]
                        [--latency ${Object.keys(latencyPresets).join("|")}] [--rate-limit NUMBER|off]

Runs a Hetzner Cloud API (v1) until it gets SIGINT or SIGTERM.

  --port        port of the API, 8080 by default; 0 for a free one
  --host        address of the API, 127.0.0.1 by default
  --token       the valid token, 64 characters; random by default
  --state       file that keeps the state over restarts; by default the state is in memory
  --latency     duration of requests and actions; none by default
  --rate-limit  requests an hour, 3600 by default; off for no limit

It prints the variables HCLOUD_ENDPOINT and HCLOUD_TOKEN as exports for a shell.`;

/** An invalid command line. The message says what is allowed. */
export class UsageError extends Error {}

/**
 * Reads the options of a simulator from the words of a command line.
 *
 * @returns undefined when help is requested
 * @throws UsageError for an invalid value
 */
export function readOptions(words: readonly string[]): SimulatorOptions | undefined {
  const text = { type: "string" } as const;
  const { values } = parse({
    args: [...words],
    options: {
      port: { ...text, default: "8080" },
      host: text,
      token: text,
      state: text,
      latency: text,
      "rate-limit": text,
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { host, token, state: storePath, latency, "rate-limit": rateLimit } = values;
  return {
    port: readPort(values.port),
    ...(host !== undefined && { host }),
    ...(token !== undefined && { token }),
    ...(storePath !== undefined && { storePath }),
    ...(latency !== undefined && { latency: readLatency(latency) }),
    ...(rateLimit !== undefined && { callsPerHour: readRateLimit(rateLimit) }),
  };
}

/** Like parseArgs of node:util, but throws a UsageError. */
const parse: typeof parseArgs = (config) => {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError(`--port is ${text}; allowed: a whole number from 0 to 65535`);
}

function readLatency(name: string): SimulatorOptions["latency"] {
  const preset = Object.entries(latencyPresets).find(([known]) => known === name)?.[1];
  if (preset) return preset;
  const allowed = Object.keys(latencyPresets).join(" or ");
  throw new UsageError(`--latency is ${name}; allowed: ${allowed}`);
}

function readRateLimit(text: string): number | null {
  if (text === "off") return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--rate-limit is ${text}; allowed: a whole number (at least 1) or off`);
}

async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  if (!options) {
    console.log(usage);
    return;
  }
  const simulator = await createSimulator(options);
  console.log(`export HCLOUD_ENDPOINT=${simulator.endpoint}`);
  console.log(`export HCLOUD_TOKEN=${simulator.token}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void simulator.close());
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${usage}`);
    else console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}
