/** One resource as `pulumi stack export` prints it. */
export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  /** Whether it is of a provider's; false for components. */
  readonly custom?: boolean;
  /** The provider's id; absent for components. */
  readonly id?: string;
  readonly parent?: string;
  /** URNs of what it must be made after. */
  readonly dependencies?: readonly string[];
  /** URN of the resource with which it goes without a step of its own. */
  readonly deletedWith?: string;
  /** Whether it is marked for deletion: another one has taken its place. */
  readonly delete?: boolean;
  /** Inputs that an update leaves as they were. */
  readonly ignoreChanges?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What `pulumi stack export` prints, as far as it is read here. */
export interface StackExport {
  readonly resources: readonly ExportedResource[];
  /** What an interrupted run has begun. */
  readonly pending: readonly { readonly resource: ExportedResource; readonly type: string }[];
}

interface Exported {
  readonly deployment?: {
    readonly resources?: StackExport["resources"];
    readonly pending_operations?: StackExport["pending"];
  };
}

/**
 * Reads the text of `pulumi stack export`; empty for a stack that was never deployed.
 * @throws SyntaxError where the text is no JSON
 */
export function readExport(text: string): StackExport {
  const { resources = [], pending_operations: pending = [] } =
    (JSON.parse(text) as Exported).deployment ?? {};
  return { resources, pending };
}

/** Marks a secret in a state. Source: pulumi/sdk, resource.SigKey. */
const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * A value of an export with `--show-secrets`, with the plain value in the place of each secret. Secrets that are
 * still encrypted stay as they are.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value && "plaintext" in value && typeof value.plaintext === "string") {
    return plainValue(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainValue(one)]));
}
