import { findServerType, type ServerTypeLocation } from "./catalogue/serverTypes";
import { ApiError, apiError, type ErrorCode } from "./errors";

/** The requests that a fault affects: `POST /servers`, or `*` for all. */
export type RouteName = string;

/**
 * A fault of the API itself. `times` counts down; without it the fault stays until it is cleared.
 */
export type FaultSpec =
  | {
      readonly kind: "fail";
      readonly route: RouteName;
      readonly code: ErrorCode;
      readonly message?: string;
      readonly times?: number;
    }
  | {
      readonly kind: "slow";
      readonly route: RouteName;
      readonly ms: number;
      readonly times?: number;
    }
  | {
      readonly kind: "drop";
      readonly route: RouteName;
      /**
       * `before`: the request is not processed. `after`: it is processed, but the client gets no
       * answer.
       */
      readonly when: "before" | "after";
      readonly times?: number;
    }
  | {
      readonly kind: "action";
      readonly command: string;
      readonly code: string;
      readonly message?: string;
      readonly times?: number;
    }
  | { readonly kind: "soldOut"; readonly serverType: string; readonly location: string };

export type Fault = FaultSpec & { readonly id: number };

type KindOf<K extends FaultSpec["kind"]> = Extract<Fault, { kind: K }>;

/** Faults on demand. They are kept in memory only: a restart of the simulator clears them. */
export class Faults {
  private readonly active = new Map<number, Fault>();
  private nextId = 1;

  add(spec: FaultSpec): Fault {
    const fault = { ...spec, id: this.nextId++ };
    this.active.set(fault.id, fault);
    return fault;
  }

  /** @returns whether the fault existed */
  remove(id: number): boolean {
    return this.active.delete(id);
  }

  clear(): void {
    this.active.clear();
  }

  all(): readonly Fault[] {
    return [...this.active.values()];
  }

  /** Milliseconds by which requests of this route are delayed. */
  delay(route: RouteName): number {
    return this.take("slow", (fault) => matches(fault.route, route))?.ms ?? 0;
  }

  /** The error that a request of this route answers with. */
  failure(route: RouteName): ApiError | undefined {
    const fault = this.take("fail", (candidate) => matches(candidate.route, route));
    return (
      fault && apiError(fault.code, fault.message ?? "fault on demand", detailsFor(fault.code))
    );
  }

  /** Whether the connection of a request of this route breaks now. */
  drops(route: RouteName, when: "before" | "after"): boolean {
    return (
      this.take("drop", (fault) => fault.when === when && matches(fault.route, route)) !== undefined
    );
  }

  /** The error with which an action of this command ends. */
  actionError(command: string): { readonly code: string; readonly message: string } | undefined {
    const fault = this.take("action", (candidate) => matches(candidate.command, command));
    return fault && { code: fault.code, message: fault.message ?? "fault on demand" };
  }

  isSoldOut(serverType: string, location: string): boolean {
    return this.all().some(
      (fault) =>
        fault.kind === "soldOut" && fault.serverType === serverType && fault.location === location,
    );
  }

  /** Whether the type is sold in this location at all. */
  canSellOut(serverType: string, location: string): boolean {
    const sold = findServerType(serverType)?.locations ?? [];
    return sold.some(({ name, available }) => name === location && available);
  }

  /** The locations of a server type; sold out locations are not `available`. */
  availability(
    serverType: string,
    locations: readonly ServerTypeLocation[],
  ): readonly ServerTypeLocation[] {
    return locations.map((at) => ({
      ...at,
      available: at.available && !this.isSoldOut(serverType, at.name),
    }));
  }

  /** The oldest matching fault of a kind. Counts down its `times`. */
  private take<K extends FaultSpec["kind"]>(
    kind: K,
    applies: (fault: KindOf<K>) => boolean,
  ): KindOf<K> | undefined {
    const fault = this.all().find(
      (candidate): candidate is KindOf<K> =>
        candidate.kind === kind && applies(candidate as KindOf<K>),
    );
    if (fault && "times" in fault && fault.times !== undefined) {
      if (fault.times <= 1) this.active.delete(fault.id);
      else this.active.set(fault.id, { ...fault, times: fault.times - 1 });
    }
    return fault;
  }
}

function matches(pattern: string, name: string): boolean {
  return pattern === "*" || pattern === name;
}

/** Details that the API always gives for these codes. Some clients read them without a check. */
function detailsFor(code: ErrorCode) {
  if (code === "invalid_input") return { fields: [{ name: "fault", messages: ["on demand"] }] };
  if (code === "uniqueness_error") return { fields: [{ name: "name" }] };
  if (code === "resource_limit_exceeded") return { limits: [{ name: "fault" }] };
  return {};
}
