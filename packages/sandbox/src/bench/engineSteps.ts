import { countRestarts, settingsIn } from "../hosts/simulated/restarts";

/** One step of the engine on a resource that it has finished. */
export interface EngineStep {
  readonly urn: string;
  readonly type: string;
  /** create, update, delete, same, ... */
  readonly op: string;
  /** Milliseconds since the beginning of the command. */
  readonly beginMs: number;
  readonly endMs: number;
  /** The command line that the step ran on a host; undefined for a step that runs none. */
  readonly commandLine?: string;
  /** How many bridges the step restarts, one after the other; absent if none. */
  readonly restarts?: number;
}

/** The part of an engine event that is read here. */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old?: { readonly inputs?: CommandInputs };
  readonly new?: { readonly inputs?: CommandInputs };
}

type CommandInputs = Readonly<Partial<Record<"create" | "update" | "delete" | "stdin", unknown>>>;

export interface TimedEvent {
  readonly atMs: number;
  readonly event: EngineEvent;
}

/** Pairs the beginning of each step with its end. Steps on components and those that change nothing are left out. */
export function stepsOf(events: readonly TimedEvent[]): EngineStep[] {
  const begun = new Map<string, number>();
  const steps: EngineStep[] = [];
  for (const { atMs, event } of events) {
    const started = event.resourcePreEvent?.metadata;
    const ended = event.resOutputsEvent?.metadata;
    if (started !== undefined) begun.set(`${started.op} ${started.urn}`, atMs);
    if (ended === undefined || ended.op === "same" || isOwnType(ended.type)) continue;
    const beginMs = begun.get(`${ended.op} ${ended.urn}`);
    if (beginMs === undefined)
      throw new Error(`${ended.op} ${ended.urn} ended without a beginning`);
    const { urn, type, op, old, new: now } = ended;
    const restarts = countRestarts(settingsIn(old?.inputs?.stdin), settingsIn(now?.inputs?.stdin));
    const commandLine = commandLineOf(ended);
    steps.push({
      urn,
      type,
      op,
      beginMs,
      endMs: atMs,
      commandLine,
      ...(restarts > 0 && { restarts }),
    });
  }
  return steps;
}

/** Components of the program, and the stack itself: they take no time of their own. */
const isOwnType = (type: string): boolean =>
  type.startsWith("jitsi-hetzner:") || type.startsWith("pulumi:");

/** The command provider runs `create` for an update where no `update` is given. */
function commandLineOf({ op, type, old, new: now }: StepMetadata): string | undefined {
  if (type !== "command:remote:Command") return undefined;
  const text =
    op === "delete"
      ? old?.inputs?.delete
      : op === "update"
        ? (now?.inputs?.update ?? now?.inputs?.create)
        : now?.inputs?.create;
  return typeof text === "string" ? text : undefined;
}
