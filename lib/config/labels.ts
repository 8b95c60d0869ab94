import type { Problem } from "../problem";
import { ownLabelKeys } from "../plan/labels";

/** A name, with or without a DNS name and a slash before it. Source: https://docs.hetzner.cloud/reference/cloud#labels */
const keyPattern =
  /^(?:(?=[^/]{1,253}\/)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Reads `labels`, an object in JSON as Pulumi hands it over.
 * @returns `undefined` for what is no object of plain values
 */
export function parseLabels(
  text: string | undefined,
): Readonly<Record<string, string>> | undefined {
  if (text === undefined || text === "") return Object.freeze({});
  const value = fromJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  // `pulumi config set --path labels.cost-center 42` makes a number of it.
  const isPlain = entries.every(([, one]) => ["string", "number", "boolean"].includes(typeof one));
  return isPlain
    ? Object.freeze(Object.fromEntries(entries.map(([key, one]) => [key, String(one)])))
    : undefined;
}

/** What is wrong with `labels`; `undefined` for what is no object of plain values. */
export function labelsProblems(labels: Readonly<Record<string, string>> | undefined): Problem[] {
  if (labels === undefined) {
    const reason = "is no object of plain values; names with a value each are needed";
    return [
      {
        key: "labels",
        reason,
        fix: setLabels({ team: "video" }),
      },
    ];
  }
  const isRight = ([name, value]: [string, string]): boolean =>
    labelProblem(name, value) === undefined;
  // The whole object: `--path` changes nothing where it was set as one text.
  const fix = setLabels(Object.fromEntries(Object.entries(labels).filter(isRight)));
  return Object.entries(labels).flatMap(([name, value]): Problem[] => {
    const reason = labelProblem(name, value);
    return reason === undefined ? [] : [{ key: "labels", reason, fix }];
  });
}

const setLabels = (labels: Readonly<Record<string, string>>): string =>
  `pulumi config set labels '${JSON.stringify(labels)}'`;

function labelProblem(name: string, value: string): string | undefined {
  if (ownLabelKeys.includes(name)) {
    return `has "${name}", which the program sets itself: by it a stack's objects are known`;
  }
  if (name.startsWith("hetzner.cloud/")) {
    return `has "${name}"; names that begin with hetzner.cloud/ are Hetzner's`;
  }
  if (!keyPattern.test(name)) {
    return `has the name "${name}"; 1 to 63 letters, digits, ".", "_" and "-" are allowed, the first and the last a letter or digit`;
  }
  return valuePattern.test(value)
    ? undefined
    : `has "${name}" with the value "${value}"; at most 63 letters, digits, ".", "_" and "-" are allowed, the first and the last a letter or digit`;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
