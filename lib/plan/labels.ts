import { componentPackage, type Role } from "../constants";

/** Labels of a Hetzner object, all that tells the objects of one stack from those of another. */
export type Labels = Record<string, string>;

export interface LabelsArgs {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** What the object is for; absent for what all hosts share, such as the network. */
  readonly role?: Role;
  /** The meeting domain; absent where the objects of a stack are looked for. */
  readonly domain?: string;
  /** Of the operator; they never take the place of the program's own. */
  readonly extra?: Labels;
  /** Number of the bridge, from 0; absent for what is not one of several. */
  readonly index?: number;
}

/** Labels of the objects of a role, and of one bridge; without a role, of what all hosts share. */
export type LabelsOf = (role?: Role, index?: number) => Labels;

/**
 * The labels of every object that the program makes. Pure; nothing in them depends on how many bridges
 * there are, so a changed count changes no existing object.
 */
export function labels({ stack, domain, role, index, extra }: LabelsArgs): Labels {
  return {
    ...extra,
    "managed-by": "pulumi",
    project: componentPackage,
    stack: labelValue(stack),
    ...(domain === undefined ? {} : { domain: labelValue(domain) }),
    ...(role === undefined ? {} : { role }),
    ...(index === undefined ? {} : { index: index.toString() }),
  };
}

/** The label selector of all objects of a stack. Every object carries these labels from its first moment. */
export function stackSelector(stack: string): string {
  const { project = "", stack: value = "" } = labels({ stack });
  return `project=${project},stack=${value}`;
}

/**
 * The nearest valid label value: at most 63 of letters, digits, `.`, `_` and `-`, the first and the last
 * a letter or digit. Source: https://docs.hetzner.cloud/reference/cloud#labels
 */
function labelValue(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[._-]+/, "")
    .slice(0, 63)
    .replace(/[._-]+$/, "");
}
