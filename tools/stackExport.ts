/** One resource as `pulumi stack export` prints it. */
export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  /** Whether it belongs to a provider; false for components. */
  readonly custom?: boolean;
  /** The provider's id; absent for components. */
  readonly id?: string;
  readonly parent?: string;
  /** URNs of the resources that must be created before it. */
  readonly dependencies?: readonly string[];
  /** URN of the resource with which it is deleted, without a delete of its own. */
  readonly deletedWith?: string;
  /** Whether it is marked for deletion, because another one has replaced it. */
  readonly delete?: boolean;
  /** Inputs that an update does not change. */
  readonly ignoreChanges?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** The part of the output of `pulumi stack export` that is read here. */
export interface StackExport {
  readonly resources: readonly ExportedResource[];
  /** Operations that an interrupted run started. */
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
 * @throws SyntaxError if the text is not JSON
 */
export function readExport(text: string): StackExport {
  const { resources = [], pending_operations: pending = [] } =
    (JSON.parse(text) as Exported).deployment ?? {};
  return { resources, pending };
}

/** Marks a secret in a state. Source: pulumi/sdk, resource.SigKey. */
const secretMark = "4dabf18193072939515e22adb298388d";

/**
 * A value of an export with `--show-secrets`, with each secret replaced by its plain value. Secrets that are still
 * encrypted stay as they are.
 */
export function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value && "plaintext" in value && typeof value.plaintext === "string") {
    return plainValue(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainValue(one)]));
}
