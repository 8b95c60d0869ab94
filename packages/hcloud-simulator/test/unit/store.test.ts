import { Store, type Journal, type Kind, type Row } from "../../src/store";

interface Thing extends Row {
  readonly name: string;
  readonly size?: number;
}

const things: Kind<Thing> = { name: "thing", unique: ["name"] };

/** A journal that keeps committed changes in memory, like a file would. */
class MemoryJournal implements Journal {
  readonly kept = new Map<string, unknown>();
  commits = 0;
  failure: Error | undefined;

  load() {
    return this.kept;
  }

  commit(changes: ReadonlyMap<string, unknown>) {
    if (this.failure) throw this.failure;
    this.commits++;
    for (const [key, value] of changes)
      if (value === undefined) this.kept.delete(key);
      else this.kept.set(key, value);
  }

  close() {
    return Promise.resolve();
  }
}

describe("Store", () => {
  const insert = (store: Store, name: string) =>
    store.transaction(() => store.table(things).insert({ name }));

  it("assigns ascending ids and finds rows by id and by unique field", () => {
    const store = new Store();
    const row = insert(store, "a");
    expect(insert(store, "b").id).toBe(row.id + 1);
    expect(store.table(things).get(row.id)).toBe(row);
    expect(store.table(things).require(String(row.id))).toBe(row);
    expect(store.table(things).find("name", "a")).toBe(row);
    expect(() => store.table(things).require("x")).toThrow("thing with name 'x' not found");
  });

  it("refuses a second row with the same unique field, also in an update", () => {
    const store = new Store();
    insert(store, "a");
    const { id } = insert(store, "b");
    expect(() => insert(store, "a")).toThrow("thing name is already used");
    const rename = () => store.transaction(() => store.table(things).update(id, { name: "a" }));
    expect(rename).toThrow("thing name is already used");
    expect(store.table(things).find("name", "b")?.id).toBe(id);
  });

  it("frees a unique field when the row is renamed or removed", () => {
    const store = new Store();
    const { id } = insert(store, "a");
    store.transaction(() => store.table(things).update(id, { name: "b" }));
    insert(store, "a");
    store.transaction(() => {
      store.table(things).remove(id);
    });
    expect(insert(store, "b").name).toBe("b");
  });

  it("undoes everything when a transaction throws: rows, names, ids, effects", () => {
    const journal = new MemoryJournal();
    const store = new Store(journal);
    const kept = insert(store, "kept");
    const effects: string[] = [];
    const broken = () =>
      store.transaction(() => {
        store.table(things).insert({ name: "new" });
        store.table(things).update(kept.id, { size: 9 });
        store.table(things).remove(kept.id);
        store.onCommit(() => effects.push("commit"));
        store.onUndo(() => effects.push("undo"));
        throw new Error("no");
      });
    expect(broken).toThrow("no");
    expect(store.table(things).all()).toEqual([kept]);
    expect(effects).toEqual(["undo"]);
    expect(journal.commits).toBe(1);
    expect(insert(store, "new").id).toBe(kept.id + 1);
  });

  it("undoes a transaction whose commit fails", () => {
    const journal = new MemoryJournal();
    const store = new Store(journal);
    journal.failure = new Error("disk full");
    expect(() => insert(store, "a")).toThrow("disk full");
    expect(store.table(things).all()).toEqual([]);
  });

  it("commits an inner transaction together with the outer one", () => {
    const journal = new MemoryJournal();
    const store = new Store(journal);
    store.transaction(() => {
      insert(store, "a");
      insert(store, "b");
      expect(journal.commits).toBe(0);
    });
    expect(journal.commits).toBe(1);
  });

  it("refuses writes outside of a transaction", () => {
    const store = new Store();
    expect(() => store.table(things).insert({ name: "a" })).toThrow("outside of a transaction");
  });

  it("runs effects after the commit; an effect can write again", () => {
    const store = new Store();
    store.transaction(() => {
      store.onCommit(() => insert(store, "later"));
      insert(store, "first");
    });
    expect(
      store
        .table(things)
        .all()
        .map(({ name }) => name),
    ).toEqual(["first", "later"]);
  });

  it("restores rows, names and the next id from its journal", () => {
    const journal = new MemoryJournal();
    const first = new Store(journal);
    const { id } = insert(first, "a");
    insert(first, "b");
    first.transaction(() => {
      first.table(things).remove(id);
    });
    const second = new Store(journal);
    expect(second.table(things).all()).toEqual(first.table(things).all());
    expect(() => insert(second, "b")).toThrow("already used");
    expect(insert(second, "c").id).toBe(id + 2);
  });
});
