import { UserError } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";

/** Settings of the simulator, as the command line takes them. */
export interface SettingsOptions {
  /** Name of a preset: none, hetzner. */
  readonly latency?: string;
  /** API calls an hour, or `off`. */
  readonly rateLimit?: string;
}

/**
 * Changes the settings that were given; they stay until they are changed again, or the sandbox is
 * removed.
 * @throws UserError that says what is allowed
 */
export async function changeSettings(
  sandbox: RunningSandbox,
  { latency, rateLimit }: SettingsOptions,
): Promise<void> {
  if (latency === undefined && rateLimit === undefined) return;
  await callAdmin(sandbox, "PUT", "/settings", {
    latency,
    callsPerHour: rateLimit === undefined ? undefined : callsPerHour(rateLimit),
  });
}

function callsPerHour(text: string): number | null {
  if (text === "off") return null;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UserError(`--rate-limit is ${text}; a whole number from 1 on, or off`);
}
