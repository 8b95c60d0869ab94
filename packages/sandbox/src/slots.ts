import { readlinkSync, symlinkSync, unlinkSync, existsSync } from "node:fs";
import { join } from "node:path";
import { slotCount } from "./identity";

/**
 * On Debian every user can write to this folder, and it is empty after a boot, which a lock needs.
 * Tests use another folder.
 */
const machineLocks = "/run/lock";

const slotPath = (slot: number, locks: string): string =>
  join(locks, `jitsi-hetzner-slot-${slot.toString()}`);

/** The folder that holds a slot; undefined when the slot is free. */
export function slotOwner(slot: number, locks = machineLocks): string | undefined {
  try {
    return readlinkSync(slotPath(slot, locks));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The slot that `dir` holds, if any. */
export function heldSlot(dir: string, locks = machineLocks): number | undefined {
  return slotNumbers().find((slot) => slotOwner(slot, locks) === dir);
}

/**
 * Takes a slot for `dir`: the one it already holds, otherwise the first free one.
 *
 * A slot is a symbolic link to its owner, because creating a link is atomic: if two sandboxes start
 * at the same time, one gets EEXIST and tries the next slot.
 *
 * @param stale called for a slot whose owner's folder no longer exists, to remove the rest of that
 *   sandbox; the slot is free afterwards
 * @throws Error when all slots are held, with their owners
 */
export async function takeSlot(
  dir: string,
  stale: (slot: number, owner: string) => Promise<void>,
  locks = machineLocks,
): Promise<number> {
  const held = heldSlot(dir, locks);
  if (held !== undefined) return held;
  for (const slot of slotNumbers()) {
    const owner = slotOwner(slot, locks);
    if (owner !== undefined && !existsSync(owner)) {
      await stale(slot, owner);
      releaseSlot(slot, owner, locks);
    }
    if (tryTake(slot, dir, locks)) return slot;
  }
  const owners = slotNumbers().map((slot) => slotOwner(slot, locks) ?? "(free)");
  throw new Error(
    `all ${slotCount.toString()} sandbox slots are taken; run \`make down\` in one of: ${owners.join(", ")}`,
  );
}

/** Releases a slot. No-op when `dir` does not hold it. */
export function releaseSlot(slot: number, dir: string, locks = machineLocks): void {
  if (slotOwner(slot, locks) === dir) unlinkSync(slotPath(slot, locks));
}

function tryTake(slot: number, dir: string, locks: string): boolean {
  try {
    symlinkSync(dir, slotPath(slot, locks));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function slotNumbers(): number[] {
  return Array.from({ length: slotCount }, (_, slot) => slot);
}
