import { Command, InvalidArgumentError } from "commander";
import { defaultProfile } from "../acme/pebble";
import type { AcmeStatus } from "../acme/service";
import { table, UserError, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";

interface RestartOptions {
  readonly lifetime?: number;
  readonly profile?: Readonly<Record<string, number>>;
}

/** `sandbox acme ...`: shows the ACME server and starts it again. */
export function acmeCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const acme = new Command("acme").description("show the ACME server, or start it again");
  acme
    .command("status")
    .option("--json", "print it as JSON, with the requests by kind", false)
    .description("show the directories, the profiles, and the orders so far")
    .action(async ({ json }: { json: boolean }) => {
      const status = await acmeStatus(sandbox());
      console.log(json ? JSON.stringify(status, null, 2) : statusText(status));
    });
  acme
    .command("restart")
    .option("--lifetime <time>", "lifetime of all certificates: 600s, 10m, 6h, 90d", seconds)
    .option(
      "--profile <name=time>",
      "a certificate profile and its lifetime; repeat it for several. An order without a profile then gets any of them",
      profile,
    )
    .description(
      "start the ACME server again: it forgets accounts and orders, and signs with a new key. The options stay until they are changed",
    )
    .action(async (options: RestartOptions) => {
      await callAdmin(sandbox(), "POST", "/services/acme/restart", restartBody(options));
      log("the ACME server was started again, without accounts");
    });
  return acme;
}

/**
 * The status of the ACME server.
 *
 * @throws UserError when the sandbox has none
 */
export async function acmeStatus(sandbox: RunningSandbox): Promise<AcmeStatus> {
  return (await callAdmin(sandbox, "POST", "/services/acme/status")) as AcmeStatus;
}

function restartBody({ lifetime, profile: profiles }: RestartOptions): object {
  if (lifetime !== undefined && profiles !== undefined) {
    throw new UserError("--lifetime and --profile exclude each other; give each profile its time");
  }
  if (profiles !== undefined) return { profiles };
  return lifetime === undefined ? {} : { profiles: { [defaultProfile]: lifetime } };
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 24 * 3600 };

/** Seconds of `600s`, `10m`, `6h` or `90d`. */
export function seconds(text: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  const factor = unitSeconds[unit];
  if (count === undefined || factor === undefined) {
    throw new InvalidArgumentError("allowed: a number with s, m, h or d, such as 10m");
  }
  return Number(count) * factor;
}

function profile(
  text: string,
  given: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [, name, time] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || time === undefined) {
    throw new InvalidArgumentError("allowed: NAME=TIME, such as shortlived=6d");
  }
  return { ...given, [name]: seconds(time) };
}

function statusText({ directories, pebble, profiles, counts, orders }: AcmeStatus): string {
  const rows = Object.entries(directories).map(([name, url]) => {
    const { accounts = 0, orders: placed = 0, certificates = 0 } = counts[name] ?? {};
    return [name, url, ...[accounts, placed, certificates].map((count) => count.toString())];
  });
  const lifetimes = Object.entries(profiles)
    .map(([name, lifetime]) => `${name} (${lifetime.toString()} s)`)
    .join(", ");
  const placed = orders.map(({ time, directory, names, profile: asked, status }) => [
    ...[time, directory, status, asked ?? "-", names.join(" ")],
  ]);
  return [
    table([["DIRECTORY", "ADDRESS", "ACCOUNTS", "ORDERS", "CERTIFICATES"], ...rows]),
    `pebble (${pebble}); profiles: ${lifetimes}`,
    ...(placed.length === 0
      ? []
      : [table([["ORDERED", "DIRECTORY", "STATUS", "PROFILE", "NAMES"], ...placed])]),
  ].join("\n\n");
}
