import { componentPackage, type Role } from "../constants";

/** Labels of an object at Hetzner. Only they distinguish the objects of one stack from those of another. */
export type Labels = Record<string, string>;

export interface LabelsArgs {
  /** Name of the Pulumi stack. */
  readonly stack: string;
  /** What the object is for; absent if all hosts share it, such as the network. */
  readonly role?: Role;
  /** The meeting domain; absent to find the objects of a stack. */
  readonly domain?: string;
  /** Labels of the operator. They never replace the program's own labels. */
  readonly extra?: Labels;
  /** Number of the bridge, from 0; absent for objects that are not of one bridge. */
  readonly index?: number;
}

/** Labels of the objects of a role, and of one bridge; without a role, of what all hosts share. */
export type LabelsOf = (role?: Role, index?: number) => Labels;

/**
 * The labels of every object that the program creates. Pure. They do not depend on the number of bridges, so a changed
 * number changes no existing object.
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
