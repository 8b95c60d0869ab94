import type { Rule, ValuesOf } from "../setting";
import { accessKeys } from "./access";
import { bridgeRules } from "./bridgeRules";
import { bridgeKeys } from "./bridges";
import {
  certificateKeys,
  namesFitIntoCertificate,
  profileNeedsDebian13,
  requiredIsPossible,
} from "./certificate";
import { cloudKeys } from "./cloud";
import { aliasesAreFree, domainIsInZone, domainKeys } from "./domain";
import { drainKeys } from "./drain";
import { existingNodeKeys } from "./existingNodes";
import { programKeys } from "./programs";
import { recorderRules } from "./recorderRules";
import { recorderKeys } from "./recorders";
import { recordingKeys } from "./recordings";
import { serverKeys } from "./servers";
import { softwareKeys } from "./software";
import { sshProxyKeys } from "./sshProxy";
import { turnKeys } from "./turn";

/** All settings of a stack, in the order of Pulumi.yaml and of the pages. */
export const declarations = [
  ...domainKeys,
  ...turnKeys,
  ...certificateKeys,
  ...bridgeKeys,
  ...drainKeys,
  ...existingNodeKeys,
  ...recorderKeys,
  ...recordingKeys,
  ...programKeys,
  ...serverKeys,
  ...softwareKeys,
  ...accessKeys,
  ...sshProxyKeys,
  ...cloudKeys,
] as const;

type Declared = (typeof declarations)[number];

export type ConfigKey = Declared["name"];

/** What the operator asks for: checked, complete, frozen. Lists and objects are frozen too. */
export type Settings = ValuesOf<Declared>;

/** Checks of several settings together. */
export const rules: readonly Rule<Settings>[] = [
  domainIsInZone,
  aliasesAreFree,
  profileNeedsDebian13,
  requiredIsPossible,
  namesFitIntoCertificate,
  ...bridgeRules,
  ...recorderRules,
];

export const configKeys: readonly ConfigKey[] = declarations.map(({ name }) => name);

export const secretKeys: readonly ConfigKey[] = declarations
  .filter(({ kind }) => kind === "secret")
  .map(({ name }) => name);

/** The values as Pulumi hands them over: text, lists as JSON; absent where not set. */
export type RawConfig = Readonly<Partial<Record<ConfigKey, string>>>;
