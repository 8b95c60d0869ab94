import type { Rule, ValuesOf } from "../setting";
import { accessSettings } from "./access";
import { bridgeRules } from "./bridgeRules";
import { bridgeSettings } from "./bridges";
import { cloudSettings } from "./cloud";
import { domainIsInZone, domainSettings } from "./domain";
import { drainSettings } from "./drain";
import { programSettings } from "./programs";
import { serverSettings } from "./servers";
import { softwareSettings } from "./software";
import { sshProxySettings } from "./sshProxy";

/** All settings of a stack, in the order of Pulumi.yaml and of the pages. */
export const declarations = [
  ...domainSettings,
  ...bridgeSettings,
  ...drainSettings,
  ...programSettings,
  ...serverSettings,
  ...softwareSettings,
  ...accessSettings,
  ...sshProxySettings,
  ...cloudSettings,
] as const;

type Declared = (typeof declarations)[number];

export type ConfigKey = Declared["name"];

/** What the operator asks for: checked, complete, frozen. Lists and objects are frozen too. */
export type Settings = ValuesOf<Declared>;

/** Checks of several settings together. */
export const rules: readonly Rule<Settings>[] = [domainIsInZone, ...bridgeRules];

export const configKeys: readonly ConfigKey[] = declarations.map(({ name }) => name);

export const secretKeys: readonly ConfigKey[] = declarations
  .filter(({ kind }) => kind === "secret")
  .map(({ name }) => name);

/** The values as Pulumi hands them over: text, lists as JSON; absent where not set. */
export type RawConfig = Readonly<Partial<Record<ConfigKey, string>>>;
