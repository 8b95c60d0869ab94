import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../files";
import { defaultProfile, type Profiles } from "./pebble";

/** Settings of the ACME server. They survive restarts. */
export interface AcmeSettings {
  readonly profiles: Profiles;
}

/** The lifetime of certificates of Let's Encrypt without a profile, in seconds: 90 days. */
export const defaultLifetime = 90 * 24 * 3600;

const defaults: AcmeSettings = { profiles: { [defaultProfile]: defaultLifetime } };

/** Folder of the ACME server in a sandbox's folder. */
export const acmeFolder = (dir: string): string => join(dir, "acme");

const settingsFile = (dir: string): string => join(acmeFolder(dir), "settings.json");

/** The settings of the sandbox in `dir`. */
export function readAcmeSettings(dir: string): AcmeSettings {
  try {
    return JSON.parse(readFileSync(settingsFile(dir), "utf8")) as AcmeSettings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return defaults;
    throw error;
  }
}

export function writeAcmeSettings(dir: string, settings: AcmeSettings): void {
  mkdirSync(acmeFolder(dir), { recursive: true, mode: 0o700 });
  writeFileAtomically(settingsFile(dir), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * Profiles of a request to the admin interface: lifetimes in seconds by name.
 *
 * @returns the profiles, or what is wrong with them
 */
export function parseProfiles(value: unknown): Profiles | string {
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return "profiles must be an object with at least one name and its lifetime in seconds";
  }
  for (const [name, lifetime] of Object.entries(value)) {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
      return `the profile name ${name} is not valid; allowed: lower case letters, digits and hyphens`;
    }
    if (!Number.isInteger(lifetime) || (lifetime as number) < 1 || (lifetime as number) > 1e9) {
      return `the lifetime of ${name} is ${String(lifetime)}; allowed: a whole number of seconds, at least 1`;
    }
  }
  return value as Profiles;
}
