import { localBridgeName } from "../../lib/plan/bridgePlan";
import { firewallRules, type FirewallRule } from "../../lib/plan/firewallRules";
import { ConfigError, parseSettings, type Settings } from "../../lib/config/settings";
import type { Role } from "../../lib/constants";
import { declaredNumbers, hasLocalBridge } from "../../lib/config/bridges";
import { configKeys, type RawConfig } from "../../lib/config/problem";
import { plainPrivateKey } from "../../lib/config/sshProxy";
import { formatProblems, type Problem } from "../../lib/problem";
import type { StackConfig } from "../cloudApi";
import { OperatorError } from "../../lib/errors";

/** A bridge that the settings ask for. */
export interface DeclaredBridge {
  /** For people: jvb-0; `local` for the web host's own. */
  readonly name: string;
  /** Whether `drainingBridges` empties it. */
  readonly isDraining: boolean;
}

/** What the settings ask for. */
export interface Declared {
  readonly domain: string;
  readonly bridges: readonly DeclaredBridge[];
  readonly firewallRules: Readonly<Record<Role, readonly FirewallRule[]>>;
}

/**
 * Reads the settings of the file, deployed or not.
 *
 * @throws OperatorError where the settings are none that `up` would take
 */
export function readDeclared(config: StackConfig): Declared {
  const settings = settingsOf(config);
  const bridges = declaredNumbers(settings).map((number) => ({
    name: `jvb-${number}`,
    isDraining: settings.drainingBridges.includes(number),
  }));
  const local = hasLocalBridge(settings) ? [{ name: localBridgeName, isDraining: false }] : [];
  const choice = {
    adminCidrs: settings.adminCidrs,
    webMedia: settings.localBridge !== "never",
  };
  return {
    domain: settings.domain,
    bridges: [...bridges, ...local],
    firewallRules: { web: firewallRules("web", choice), jvb: firewallRules("jvb", choice) },
  };
}

/** The program's own keys of a configuration. */
export function rawSettings(config: StackConfig): RawConfig {
  const prefix = prefixOf(config);
  return Object.fromEntries(configKeys.map((key) => [key, config[`${prefix}${key}`]?.value]));
}

/** `pulumi new` gives the project a name of the operator's; jvbCount is always there, it has a default. */
const prefixOf = (config: StackConfig): string =>
  Object.keys(config)
    .find((key) => key.endsWith(":jvbCount"))
    ?.replace(/jvbCount$/, "") ?? "";

function settingsOf(config: StackConfig): Settings {
  const { key } = plainPrivateKey;
  const privateKey = config[`${prefixOf(config)}${key}`];
  if (privateKey?.value && privateKey.secret === false) throw refused([plainPrivateKey]);
  try {
    return parseSettings(rawSettings(config));
  } catch (error) {
    throw error instanceof ConfigError ? refused(error.problems) : error;
  }
}

/** What `up` would refuse is no declaration to compare with. */
export function refused(problems: readonly Problem[]): OperatorError {
  return new OperatorError(formatProblems("`pulumi up` would refuse the settings:", problems));
}
