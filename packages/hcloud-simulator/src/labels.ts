import { invalidField } from "./errors";

export type Labels = Readonly<Record<string, string>>;

const maxNameLength = 63;
const maxPrefixLength = 253;
const namePattern = /^[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?$/;
const prefixPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** One message for each invalid label; empty when all are valid. */
export function labelProblems(labels: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const problem = keyProblem(key) ?? valueProblem(value);
    return problem === undefined ? [] : [`label '${key}': ${problem}`];
  });
}

function keyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (name.length > maxNameLength || !namePattern.test(name)) return "key is not valid";
  if (prefix === undefined) return undefined;
  if (prefix.length > maxPrefixLength || !prefixPattern.test(prefix)) return "prefix is not valid";
  return prefix === "hetzner.cloud" ? "prefix hetzner.cloud/ is reserved" : undefined;
}

function valueProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return "value must be a string";
  if (value === "") return undefined;
  return value.length <= maxNameLength && namePattern.test(value)
    ? undefined
    : "value is not valid";
}

type Requirement = (labels: Labels) => boolean;

/**
 * A label selector as a predicate: `k=v`, `k==v`, `k!=v`, `k`, `!k`, `k in (a,b)`, `k notin (a,b)`.
 * A comma means "and". An empty selector matches everything.
 *
 * @throws ApiError invalid_input for an invalid selector
 */
export function parseSelector(selector: string, field = "label_selector"): Requirement {
  if (selector.trim() === "") return () => true;
  const requirements = selector
    .split(/,(?![^(]*\))/)
    .map((part) => parseRequirement(part.trim(), field));
  return (labels) => requirements.every((matches) => matches(labels));
}

function parseRequirement(text: string, field: string): Requirement {
  const key = "([A-Za-z0-9][A-Za-z0-9._/-]*)";
  const set = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`).exec(text);
  if (set) {
    const values = (set[3] ?? "").split(",").map((value) => value.trim());
    const inside: Requirement = (labels) => {
      const value = valueOf(labels, set[1]);
      return value !== undefined && values.includes(value);
    };
    return set[2] === "in" ? inside : (labels) => !inside(labels);
  }
  const comparison = new RegExp(`^${key}\\s*(==|=|!=)\\s*([A-Za-z0-9._-]*)$`).exec(text);
  if (comparison) {
    const equal: Requirement = (labels) => valueOf(labels, comparison[1]) === comparison[3];
    return comparison[2] === "!=" ? (labels) => !equal(labels) : equal;
  }
  const presence = new RegExp(`^(!?)\\s*${key}$`).exec(text);
  if (presence) {
    const present: Requirement = (labels) => valueOf(labels, presence[2]) !== undefined;
    return presence[1] === "!" ? (labels) => !present(labels) : present;
  }
  throw invalidField(field, `'${text}' is not a valid label selector`);
}

function valueOf(labels: Labels, key: string | undefined): string | undefined {
  return key !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}
