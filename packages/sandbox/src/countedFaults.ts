/** A fault that may end by itself after some uses. */
export interface Counted {
  /** How many times it applies. Absent: until it is cleared. */
  readonly times?: number;
}

/** Faults of a service. They are kept in memory only: a restart of the sandbox clears them. */
export class CountedFaults<T extends Counted> {
  private readonly active = new Map<number, T>();
  private nextId = 1;

  add(fault: T): T & { readonly id: number } {
    const id = this.nextId++;
    this.active.set(id, fault);
    return { ...fault, id };
  }

  all(): readonly (T & { readonly id: number })[] {
    return [...this.active].map(([id, fault]) => ({ ...fault, id }));
  }

  /**
   * Ends one fault, or all without an id.
   *
   * @returns how many have ended
   */
  clear(id?: number): number {
    if (id !== undefined) return this.active.delete(id) ? 1 : 0;
    const { size } = this.active;
    this.active.clear();
    return size;
  }

  /** The oldest fault that applies, if any. Counts down its `times`. */
  take<F extends T>(applies: (fault: T) => fault is F): F | undefined {
    for (const [id, fault] of this.active) {
      if (!applies(fault)) continue;
      if (fault.times === 1) this.active.delete(id);
      else if (fault.times !== undefined) this.active.set(id, { ...fault, times: fault.times - 1 });
      return fault;
    }
    return undefined;
  }
}
