import { open } from "lmdb";

import type { Journal } from "./store";

/**
 * A journal in one LMDB file. A commit is one LMDB transaction: after kill -9 at any moment the file
 * holds either all of it or nothing.
 */
export function openLmdbJournal(path: string): Journal {
  // Without waiting for the disk: a commit is then in the kernel's hands, which is enough against
  // kill -9. Only a machine that loses its power may lose the file, and its hosts are gone then too.
  const db = open<unknown, string>({ path, encoding: "json", noSubdir: true, noSync: true });
  return {
    load: () =>
      [...db.getRange()]
        .map(({ key, value }) => [key, value] as const)
        // Keys are texts, so LMDB's order is server/10, server/9; rows are wanted by id.
        .sort(([a], [b]) => rowNumber(a) - rowNumber(b)),
    commit(changes) {
      db.transactionSync(() => {
        for (const [key, value] of changes)
          if (value === undefined) db.removeSync(key);
          else db.putSync(key, value);
      });
    },
    async close() {
      await db.flushed;
      await db.close();
    },
  };
}

function rowNumber(key: string): number {
  const number = Number(key.slice(key.indexOf("/") + 1));
  return Number.isNaN(number) ? 0 : number;
}
