import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { slotCount } from "../../src/identity";
import { heldSlot, releaseSlot, slotOwner, takeSlot } from "../../src/slots";

describe("takeSlot", () => {
  let root: string;
  let locks: string;
  const stale: [number, string][] = [];
  const onStale = (slot: number, owner: string): Promise<void> => {
    stale.push([slot, owner]);
    return Promise.resolve();
  };
  const folder = (name: string): string => {
    const dir = join(root, name);
    mkdirSync(dir, { recursive: true });
    return dir;
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "slots-"));
    locks = folder("locks");
    stale.length = 0;
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it("gives two folders different slots, and a folder always the same one", async () => {
    const [a, b] = [folder("a"), folder("b")];
    expect(await takeSlot(a, onStale, locks)).toBe(0);
    expect(await takeSlot(b, onStale, locks)).toBe(1);
    expect(await takeSlot(a, onStale, locks)).toBe(0);
    expect(stale).toEqual([]);
  });

  it("cleans up after an owner whose folder no longer exists before it takes the slot", async () => {
    const [gone, next] = [folder("gone"), folder("next")];
    await takeSlot(gone, onStale, locks);
    rmSync(gone, { recursive: true });
    expect(await takeSlot(next, onStale, locks)).toBe(0);
    expect(stale).toEqual([[0, gone]]);
    expect(slotOwner(0, locks)).toBe(next);
  });

  it("names the owners when all slots are taken", async () => {
    for (let i = 0; i < slotCount; i++) await takeSlot(folder(`d${i.toString()}`), onStale, locks);
    await expect(takeSlot(folder("late"), onStale, locks)).rejects.toThrow(
      `all ${slotCount.toString()} sandbox slots are taken; run \`make down\` in one of: ${join(root, "d0")}`,
    );
  });

  it("releases a slot only for the folder that holds it", async () => {
    const [a, b] = [folder("a"), folder("b")];
    await takeSlot(a, onStale, locks);
    releaseSlot(0, b, locks);
    expect(heldSlot(a, locks)).toBe(0);
    releaseSlot(0, a, locks);
    expect(heldSlot(a, locks)).toBeUndefined();
  });
});
