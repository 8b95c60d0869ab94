import { apiError, notFound } from "./errors";

/**
 * The base of every stored object. Objects are never changed in place: `update` stores a new one.
 */
export interface Row {
  readonly id: number;
}

/** One table of the store. `T` is the type of its rows. */
export interface Kind<T extends Row> {
  /** The name that actions and errors of the API use: placement_group. */
  readonly name: string;
  /** Text fields that must be unique in the table. A second row with the same value answers 409. */
  readonly unique?: readonly (keyof T & string)[];
  /** The sequence of its ids. Kinds share one sequence by default. */
  readonly sequence?: string;
}

/** Storage of committed changes. Keys are `<kind>/<id>`; the value undefined removes. */
export interface Journal {
  load(): Iterable<readonly [key: string, value: unknown]>;
  /** Writes all changes or none before it returns. */
  commit(changes: ReadonlyMap<string, unknown>): void;
  close(): Promise<void>;
}

const firstId = 1001;

/**
 * The simulator's state: tables of rows, ids, unique names, transactions. Reads come from memory.
 * With a journal, each commit is one durable, atomic write.
 */
export class Store {
  private readonly tables = new Map<string, Table<Row>>();
  private readonly sequences = new Map<string, number>();
  private readonly loaded = new Map<string, Map<number, unknown>>();
  private undo: (() => void)[] | undefined;
  private changes = new Map<string, unknown>();
  private afterCommit: (() => void)[] = [];

  constructor(private readonly journal?: Journal) {
    for (const [key, value] of journal?.load() ?? []) {
      const slash = key.indexOf("/");
      const kind = key.slice(0, slash);
      const rest = key.slice(slash + 1);
      if (kind === "sequence") this.sequences.set(rest, value as number);
      else {
        const rows = this.loaded.get(kind) ?? new Map<number, unknown>();
        this.loaded.set(kind, rows.set(Number(rest), value));
      }
    }
  }

  /**
   * Commits the writes of `work` when it returns and undoes them when it throws. Inside another
   * transaction, `work` is a part of that one. `work` is synchronous, so transactions of parallel
   * requests run one after the other.
   */
  transaction<T>(work: () => T): T {
    if (this.undo) return work();
    this.undo = [];
    try {
      const result = work();
      if (this.changes.size > 0) this.journal?.commit(this.changes);
      this.undo = undefined;
      this.changes = new Map();
      for (const effect of this.afterCommit.splice(0)) effect();
      return result;
    } catch (error) {
      for (const step of (this.undo ?? []).reverse()) step();
      this.undo = undefined;
      this.changes = new Map();
      this.afterCommit = [];
      throw error;
    }
  }

  /** Runs `effect` once the current transaction is durable, and never when it is undone. */
  onCommit(effect: () => void): void {
    if (this.undo) this.afterCommit.push(effect);
    else effect();
  }

  /** Runs `effect` when the current transaction is undone. */
  onUndo(effect: () => void): void {
    this.undo?.push(effect);
  }

  table<T extends Row>(kind: Kind<T>): Table<T> {
    const known = this.tables.get(kind.name);
    // Names of kinds are unique (`buildRegistry` checks this), so the table contains rows of this
    // kind.
    if (known) return known as unknown as Table<T>;
    const rows = (this.loaded.get(kind.name) ?? new Map()) as Map<number, T>;
    const table = new Table<T>(kind, this, rows);
    this.tables.set(kind.name, table as unknown as Table<Row>);
    return table;
  }

  /** The next number of a sequence. A number is never used twice, not even after a restart. */
  next(sequence: string, first = firstId): number {
    const value = this.sequences.get(sequence) ?? first;
    this.setSequence(sequence, value + 1);
    return value;
  }

  /** The number that `next` will return. */
  peek(sequence: string, first = firstId): number {
    return this.sequences.get(sequence) ?? first;
  }

  setSequence(sequence: string, value: number): void {
    const before = this.sequences.get(sequence);
    this.record(`sequence/${sequence}`, value, () => {
      if (before === undefined) this.sequences.delete(sequence);
      else this.sequences.set(sequence, before);
    });
    this.sequences.set(sequence, value);
  }

  /** Registers a write of the current transaction, and how to undo it. */
  record(key: string, value: unknown, undo: () => void): void {
    if (!this.undo) throw new Error(`write of ${key} outside of a transaction`);
    this.undo.push(undo);
    this.changes.set(key, value);
  }

  async close(): Promise<void> {
    await this.journal?.close();
  }
}

/** The rows of one kind. */
export class Table<T extends Row> {
  private readonly index = new Map<string, Map<unknown, number>>();

  constructor(
    readonly kind: Kind<T>,
    private readonly store: Store,
    private readonly rows: Map<number, T>,
  ) {
    for (const field of kind.unique ?? [])
      this.index.set(field, new Map([...rows.values()].map((row) => [row[field], row.id])));
  }

  get(id: number): T | undefined {
    return this.rows.get(id);
  }

  /** @throws ApiError not_found */
  require(id: number | string): T {
    const row = /^\d+$/.test(String(id)) ? this.rows.get(Number(id)) : undefined;
    if (!row) throw notFound(this.kind.name, id);
    return row;
  }

  /** All rows in the order of their creation. */
  all(): readonly T[] {
    return [...this.rows.values()];
  }

  /** The row with this value in a unique field. */
  find(field: keyof T & string, value: unknown): T | undefined {
    const id = this.index.get(field)?.get(value);
    return id === undefined ? undefined : this.rows.get(id);
  }

  /** @throws ApiError uniqueness_error */
  insert(fields: Omit<T, "id">): T {
    const id = this.store.next(this.kind.sequence ?? "resource");
    const row = { ...fields, id } as unknown as T;
    this.put(row);
    return row;
  }

  /** @throws ApiError not_found, uniqueness_error */
  update(id: number, patch: Partial<Omit<T, "id">>): T {
    const row = { ...this.require(id), ...patch };
    this.put(row);
    return row;
  }

  remove(id: number): void {
    const before = this.rows.get(id);
    if (before) this.write(id, undefined);
  }

  private put(row: T): void {
    for (const [field, ids] of this.index) {
      const holder = ids.get(row[field as keyof T]);
      if (holder !== undefined && holder !== row.id) {
        const words = this.kind.name.replaceAll("_", " ");
        throw apiError("uniqueness_error", `${words} ${field} is already used`, {
          fields: [{ name: field }],
        });
      }
    }
    this.write(row.id, row);
  }

  private write(id: number, row: T | undefined): void {
    const before = this.rows.get(id);
    this.store.record(`${this.kind.name}/${id.toString()}`, row, () => {
      this.apply(id, before);
    });
    this.apply(id, row);
  }

  private apply(id: number, row: T | undefined): void {
    const before = this.rows.get(id);
    for (const [field, ids] of this.index) {
      if (before && ids.get(before[field as keyof T]) === id) ids.delete(before[field as keyof T]);
      if (row) ids.set(row[field as keyof T], id);
    }
    if (row) this.rows.set(id, row);
    else this.rows.delete(id);
  }
}
