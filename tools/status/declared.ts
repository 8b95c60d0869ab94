import type { ExistingNode } from "../../lib/config/existingNode";
import { configKeys, secretKeys, type RawConfig } from "../../lib/config/keys";
import { ConfigError, parseSettings, type Settings } from "../../lib/config/settings";
import type { Role } from "../../lib/constants";
import { OperatorError } from "../../lib/errors";
import { planCluster, type ClusterPlan } from "../../lib/plan/clusterPlan";
import { firewallRules, nodeRanges, type FirewallRule } from "../../lib/plan/firewallRules";
import { formatProblems, type Problem } from "../../lib/problem";
import type { StackConfig } from "../cloudApi";

/** What the settings ask for. */
export interface Declared {
  readonly plan: ClusterPlan;
  /** Existing machines; absent means none. */
  readonly nodes?: readonly ExistingNode[];
  readonly firewallRules: Readonly<Record<Role, readonly FirewallRule[]>>;
}

/**
 * Reads the settings of the file, deployed or not.
 *
 * @throws OperatorError if `up` would refuse the settings
 */
export function readDeclared(config: StackConfig): Declared {
  const settings = settingsOf(config);
  const plan = planCluster(settings);
  const { adminCidrs, turn, existingNodes } = settings;
  const nodes = nodeRanges(existingNodes);
  const choice = { adminCidrs, turn, nodes, webMedia: plan.webMedia };
  return {
    plan,
    nodes: existingNodes,
    firewallRules: {
      web: firewallRules("web", choice),
      jvb: firewallRules("jvb", choice),
      jibri: firewallRules("jibri", choice),
    },
  };
}

/** The program's own keys of a configuration. */
export function rawSettings(config: StackConfig): RawConfig {
  const prefix = prefixOf(config);
  return Object.fromEntries(configKeys.map((key) => [key, config[`${prefix}${key}`]?.value]));
}

/** The operator chooses the project's name in `pulumi new`. jvbCount is always set, because it has a default. */
const prefixOf = (config: StackConfig): string =>
  Object.keys(config)
    .find((key) => key.endsWith(":jvbCount"))
    ?.replace(/jvbCount$/, "") ?? "";

function settingsOf(config: StackConfig): Settings {
  const prefix = prefixOf(config);
  const unprotected = secretKeys.filter((key) => {
    const stored = config[`${prefix}${key}`];
    return stored?.value && stored.secret === false;
  });
  try {
    return parseSettings(rawSettings(config), unprotected);
  } catch (error) {
    throw error instanceof ConfigError ? refused(error.problems) : error;
  }
}

/** Settings that `up` would refuse cannot be compared with the cluster. */
export function refused(problems: readonly Problem[]): OperatorError {
  return new OperatorError(formatProblems("`pulumi up` would refuse the settings:", problems));
}
