import { open } from "lmdb";

import type { Journal } from "./store";

/**
 * A journal in one LMDB file. A commit is one LMDB transaction: after kill -9 at any moment the
 * file contains all of it or nothing.
 */
export function openLmdbJournal(path: string): Journal {
  // noSync: a commit does not wait for the disk. The kernel has the data then, which is enough
  // against kill -9. Only a power loss of the machine can lose the file, and its hosts have ended
  // then too.
  const db = open<unknown, string>({ path, encoding: "json", noSubdir: true, noSync: true });
  return {
    load: () =>
      [...db.getRange()]
        .map(({ key, value }) => [key, value] as const)
        // Keys are text, so LMDB returns server/10 before server/9. Rows must be in the order of
        // their ids.
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
