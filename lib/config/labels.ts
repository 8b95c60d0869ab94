import { ownLabelKeys } from "../constants";

/** A name, with or without a DNS name and a slash before it. Source: https://docs.hetzner.cloud/reference/cloud#labels */
const keyPattern =
  /^(?:(?=[^/]{1,253}\/)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

const characters =
  'letters, digits, ".", "_" and "-", and must begin and end with a letter or a digit';

/**
 * Reads an object in JSON, as Pulumi hands it over. An empty text is the empty object.
 * @returns `undefined` for what is not an object of plain values
 */
export function parseMap(text: string): Record<string, string> | undefined {
  if (text === "") return {};
  const value = fromJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  // `pulumi config set --path labels.cost-center 42` makes a number of it.
  const isPlain = entries.every(([, one]) => ["string", "number", "boolean"].includes(typeof one));
  return isPlain ? Object.fromEntries(entries.map(([key, one]) => [key, String(one)])) : undefined;
}

/** What is wrong with a label, as the end of a sentence; `undefined` if nothing is. */
export function labelProblem(name: string, value: string): string | undefined {
  if (ownLabelKeys.includes(name)) {
    return `has "${name}", but the program sets this label itself to find the objects of a stack; choose another name`;
  }
  if (name.startsWith("hetzner.cloud/")) {
    return `has "${name}", but names that begin with hetzner.cloud/ are reserved for Hetzner; choose another name`;
  }
  if (!keyPattern.test(name)) {
    return `has the name "${name}"; a name may have 1 to 63 ${characters}`;
  }
  return valuePattern.test(value)
    ? undefined
    : `has "${name}" with the value "${value}"; a value may have at most 63 ${characters}`;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
