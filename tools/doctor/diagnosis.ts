import { nameOf } from "../../lib/resourceNames";
import { typeOf, type PendingOperation, type StackState } from "../stackState";
import { kinds, type CloudObject, type Kind } from "./cloudObjects";
import type { Lock } from "./lock";

/** An object at Hetzner with the stack's labels that is not in its state: it costs money, and nothing uses it. */
export interface Orphan {
  readonly object: CloudObject;
  /** Its probable origin, as a sentence. */
  readonly reason: string;
  /** Why `--repair` keeps it; absent if `--repair` deletes it. */
  readonly kept?: string;
}

/** An object of the state that does not exist at Hetzner any more. */
export interface Missing {
  readonly urn: string;
  readonly kind: Kind;
  readonly id: string;
}

/** The differences between a stack's state and the cloud. */
export interface Diagnosis {
  readonly stack: string;
  readonly lock?: Lock;
  readonly pending: readonly PendingOperation[];
  readonly orphans: readonly Orphan[];
  readonly missing: readonly Missing[];
}

export interface DiagnosisFacts {
  readonly state: StackState;
  readonly objects: readonly CloudObject[];
  readonly lock?: Lock;
  /** Whether servers in the private network are deleted too. */
  readonly connected: boolean;
}

/**
 * Compares a state with the cloud. Pure. An object whose id is in the state is never an orphan. So no declared and no
 * leaving bridge is ever an orphan.
 */
export function diagnose({ state, objects, lock, connected }: DiagnosisFacts): Diagnosis {
  const known = knownObjects(state);
  const strangers = objects.filter(({ kind, id }) => !known.has(`${kind} ${id}`));
  const interrupted = new Set(
    state.pending
      .filter(({ operation }) => operation === "creating")
      .map(({ urn, cloudName }) => `${kindOf(typeOf(urn)) ?? ""} ${cloudName ?? ""}`),
  );
  const isInterrupted = ({ kind, name }: CloudObject): boolean =>
    interrupted.has(`${kind} ${name}`);
  // A killed run does not get as far as the private network. So a server in it was once in a state.
  const serversKept = strangers.filter(
    ({ kind, isConnected }) => kind === "server" && isConnected && !connected,
  );
  const deleted = new Set(
    strangers
      .filter((object) => object.kind === "server" && !serversKept.includes(object))
      .map(({ id }) => Number(id)),
  );
  const keptServers = new Set(serversKept.map(({ id }) => Number(id)));
  // A record that leads to a server of the state keeps `pulumi up` from creating the same record. Other objects in use
  // cannot be deleted.
  const isUser = (server: number, { kind }: CloudObject): boolean =>
    kind === "record" ? keptServers.has(server) : !deleted.has(server);
  const keptBecause = (object: CloudObject): string | undefined => {
    if (serversKept.includes(object)) return inPrivateNetwork;
    if (object.kind === "server") return undefined;
    const user = object.usedBy.find((id) => isUser(id, object));
    if (user !== undefined) return `server ${user} uses it`;
    const unclear = serversKept.length > 0 && !isInterrupted(object);
    return unclear ? "may belong to the servers that are kept" : undefined;
  };
  return {
    stack: state.stack,
    lock,
    pending: state.pending,
    orphans: strangers.map((object) => ({
      object,
      reason: isInterrupted(object) ? "an interrupted run created it" : reasonOf(object),
      kept: keptBecause(object),
    })),
    missing: missingObjects(state, objects),
  };
}

const inPrivateNetwork =
  "in the private network, so it may carry calls: --connected deletes it too";

const reasonOf = ({ kind, isConnected }: CloudObject): string =>
  kind === "server" && isConnected
    ? "an earlier state contained it; this one does not"
    : "the state does not contain it";

/** Whether everything is as it should be. */
export function isHealthy({ lock, pending, orphans, missing }: Diagnosis): boolean {
  return lock === undefined && [pending, orphans, missing].every(({ length }) => length === 0);
}

function kindOf(type: string): Kind | undefined {
  return kinds.find((entry) => entry.type === type)?.kind;
}

function knownObjects(state: StackState): Set<string> {
  const byId = state.resources.map(({ type, id }) => `${kindOf(type) ?? ""} ${id ?? ""}`);
  return new Set([...byId, ...state.rrsets.map((key) => `record ${key}`)]);
}

function missingObjects(state: StackState, objects: readonly CloudObject[]): Missing[] {
  const present = new Set(objects.map(({ kind, id }) => `${kind} ${id}`));
  const records = state.resources.filter(({ type }) => kindOf(type) === "record");
  return state.resources.flatMap((resource) => {
    const kind = kindOf(resource.type);
    // A record's id does not contain its zone.
    const id = kind === "record" ? state.rrsets[records.indexOf(resource)] : resource.id;
    if (kind === undefined || id === undefined) return [];
    return present.has(`${kind} ${id}`) ? [] : [{ urn: resource.urn, kind, id }];
  });
}

/** As text: `creating jitsi-jvb-1 (Server)`. */
export function describeOperation({ operation, urn }: PendingOperation): string {
  return `${operation} ${nameOf(urn)} (${typeOf(urn).split(":").pop() ?? ""})`;
}
