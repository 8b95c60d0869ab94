import { resourceTypes } from "../lib/resourceTypes";
import { readExport, type ExportedResource } from "./stackExport";

/** What identifies a resource of a state, without its inputs and outputs. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** The provider's id; absent for components. */
  readonly id?: string;
  readonly parent?: string;
}

/** An operation that an interrupted run started. Its result is unknown. */
export interface PendingOperation {
  /** creating, updating, deleting, reading, importing. */
  readonly operation: string;
  readonly urn: string;
  /** The name of the object at Hetzner, automatic names included; absent if it has none. */
  readonly cloudName?: string;
}

export interface StackState {
  readonly stack: string;
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** Record sets as `zone/name/type`, in the order of `resources`, because their ids do not contain the zone. */
  readonly rrsets: readonly string[];
}

/**
 * Reads what `pulumi stack export` printed. Secrets in it are encrypted, and are not read.
 *
 * @param stack its name, for a state without a resource
 * @throws SyntaxError if the text is not JSON
 */
export function readStackState(text: string, stack: string): StackState {
  const { resources, pending } = readExport(text);
  return {
    stack,
    resources: resources.map(({ urn, type, id, parent }) => ({ urn, type, id, parent })),
    pending: pending.map(({ resource, type }) => ({
      operation: type,
      urn: resource.urn,
      cloudName: cloudName(resource),
    })),
    rrsets: resources.filter(({ type }) => type === resourceTypes.rrset).map(rrsetKey),
  };
}

/** The type of a resource, without the types of its parents. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").pop() ?? "";
}

function cloudName(resource: ExportedResource): string | undefined {
  if (resource.type === resourceTypes.rrset) return rrsetKey(resource);
  const name = resource.inputs?.name;
  return typeof name === "string" ? name : undefined;
}

function rrsetKey({ inputs, outputs }: ExportedResource): string {
  const field = (name: string): string => {
    const value = outputs?.[name] ?? inputs?.[name];
    return typeof value === "string" ? value : "";
  };
  return `${field("zone")}/${field("name")}/${field("type")}`;
}
