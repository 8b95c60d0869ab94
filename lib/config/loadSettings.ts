import * as pulumi from "@pulumi/pulumi";
import { configKeys, secretKeys, type ConfigKey, type Settings } from "./keys";
import { parseSettings } from "./settings";

/** Reads and checks the stack's configuration. The only place that does. @throws ConfigError */
export function loadSettings(): Settings {
  const config = new pulumi.Config();
  // Part of the SDK's runtime, but not of its types.
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const isSecret = (key: ConfigKey): boolean => runtime.isConfigSecret(`${config.name}:${key}`);
  const plainKeys = configKeys.filter((key) => !secretKeys.includes(key));
  const settings = parseSettings(
    Object.fromEntries(plainKeys.map((key) => [key, config.get(key)])),
    secretKeys.filter((key) => !isSecret(key) && config.get(key)),
  );
  const secrets = Object.fromEntries(secretKeys.map((key) => [key, config.getSecret(key)]));
  return Object.freeze({ ...settings, ...secrets });
}
