import { UserError } from "../cliSupport";
import { limitNames } from "../../../hcloud-simulator/src/limits";
import { callAdmin, type RunningSandbox } from "../client";

/** Settings of the simulator, as the command line takes them. */
export interface SettingsOptions {
  /** Name of a preset: none, hetzner. */
  readonly latency?: string;
  /** API calls an hour, or `off`. */
  readonly rateLimit?: string;
  /** Limits of the account: `servers=10` or `servers=off`. */
  readonly limit?: readonly string[];
}

/**
 * Changes the given settings. They stay until they are changed again, or the sandbox is removed.
 *
 * @throws UserError that says what is allowed
 */
export async function changeSettings(
  sandbox: RunningSandbox,
  { latency, rateLimit, limit }: SettingsOptions,
): Promise<void> {
  if (latency === undefined && rateLimit === undefined && limit === undefined) return;
  await callAdmin(sandbox, "PUT", "/settings", {
    latency,
    callsPerHour: rateLimit === undefined ? undefined : callsPerHour(rateLimit),
    limits: limit === undefined ? undefined : accountLimits(limit),
  });
}

function callsPerHour(text: string): number | null {
  if (text === "off") return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UserError(`--rate-limit is ${text}; allowed: a whole number (at least 1) or off`);
}

/**
 * Converts limits to the form of the admin interface: `["servers=10"]` -> `{ servers: 10 }`; `off`
 * -> null.
 *
 * @throws UserError that names the limits
 */
export function accountLimits(given: readonly string[]): Record<string, number | null> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, count] = /^(\w+)=(\d{1,9}|off)$/.exec(text) ?? [];
      if (name === undefined || !limitNames.some((known) => known === name))
        throw new UserError(
          `--limit is ${text}; allowed: NAME=NUMBER or NAME=off, with NAME one of ${limitNames.join(", ")}`,
        );
      return [name, count === "off" ? null : Number(count)];
    }),
  );
}
