import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { waitUntil } from "./hosts/exec";

export interface BoundProcessOptions {
  /** In messages: pebble, the S3 server. */
  readonly title: string;
  /** The program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** What it prints is added to this file. */
  readonly logFile: string;
  /** Network namespace to run in. Default: the namespace of this process. */
  readonly namespace?: string;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that ends together with this process. */
export interface BoundProcess {
  /** @throws Error with the end of its log when it has ended */
  readonly expectRunning: () => void;
  /** Ends it. @throws Error when it does not end in some seconds */
  readonly close: () => Promise<void>;
}

const stopTimeoutMs = 10_000;

/** Starts a program, and does not wait until it works. */
export function startBoundProcess(options: BoundProcessOptions): BoundProcess {
  const { title, logFile, namespace } = options;
  const inNamespace = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
  // It must not outlive this process, whose kill no handler can catch.
  const bound = ["setpriv", "--pdeathsig", "KILL", ...options.command];
  const [command = "", ...args] = [...inNamespace, ...bound];
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(command, args, { env: options.env, stdio: ["ignore", log, log] });
  closeSync(log);
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  const ended = (): boolean =>
    failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    expectRunning: () => {
      if (!ended()) return;
      const tail = readFileSync(logFile, "utf8").slice(-1000);
      throw new Error(`${title} ended at once: ${failure?.message ?? ""}\n${tail}`.trim());
    },
    close: async () => {
      if (ended()) return;
      child.kill("SIGTERM");
      await waitUntil(`${title} has ended`, ended, stopTimeoutMs, 10);
    },
  };
}
