import { resourceTypes } from "../lib/resourceTypes";
import { readExport, type ExportedResource } from "./stackExport";

/** One resource of a state, as far as it identifies things; never a value of its inputs or outputs. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  /** The provider's id; absent for components. */
  readonly id?: string;
  readonly parent?: string;
}

/** What an interrupted run has begun and nobody knows the end of. */
export interface PendingOperation {
  /** creating, updating, deleting, reading, importing. */
  readonly operation: string;
  readonly urn: string;
  /** The name that the object has at Hetzner, automatic ones included; absent where it has none. */
  readonly cloudName?: string;
}

export interface StackState {
  readonly stack: string;
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
  /** Record sets by `zone/name/type`: their ids alone do not tell the zone. */
  readonly rrsets: readonly string[];
}

/**
 * Reads what `pulumi stack export` printed. Secrets in it are encrypted, and are left behind here.
 *
 * @param stack its name, for a state without a resource
 * @throws SyntaxError where the text is no JSON
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

/** The last part of a URN, by which people know a resource: jitsi-jvb-0. */
export function nameOf(urn: string): string {
  return urn.split("::").pop() ?? urn;
}

/** The type of a URN's resource, without its parents' types. */
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
