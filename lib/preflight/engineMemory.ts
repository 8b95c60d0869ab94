import { freemem } from "node:os";
import { none, warning, type Findings } from "./findings";

/**
 * Memory in MB of engine, plugins and program together for one `up`. Measured from nothing: 636 MB with 2 bridges,
 * 2,080 MB with 20 (docs/measurements.md). The engine writes the whole state at each of its steps and keeps every
 * secret that it encrypts for that, so the second term grows with the square. Bridges that are there already cost less
 * than their share of it: measured, steps are cheaper than this law says, never dearer.
 */
const measured = { baseMb: 620, mbPerSquaredBridge: 3.65 } as const;

/**
 * @param existing bridges that have a server before this `up`
 * @param total bridges afterwards
 */
export function engineMemoryMb(existing: number, total: number): number {
  return measured.baseMb + measured.mbPerSquaredBridge * (total ** 2 - existing ** 2);
}

/** Warns of an `up` that needs more memory than this machine has free, with the count that fits. */
export function checkEngineMemory(
  existing: number,
  total: number,
  freeMb: number = freeMemoryMb(),
): Findings {
  const needed = engineMemoryMb(existing, total);
  if (total <= existing || needed <= freeMb) return none;
  const fits = Math.floor(
    Math.sqrt(
      Math.max(0, (freeMb - measured.baseMb) / measured.mbPerSquaredBridge + existing ** 2),
    ),
  );
  const way =
    fits > existing
      ? `add them in steps, first: pulumi config set jvbCount ${fits} && pulumi up`
      : "run it on a machine with more memory";
  return warning(
    `this \`up\` creates ${total - existing} bridges at once, for which Pulumi's engine, its plugins and this program need about ${gb(needed)}; this machine has ${gb(freeMb)} free: ${way}`,
  );
}

/** What this process may still take: the machine's, or its container's, whichever is less. */
function freeMemoryMb(): number {
  // 0 where nothing limits it.
  const limit = process.constrainedMemory();
  return Math.min(freemem(), limit > 0 ? limit : Infinity) / 1024 ** 2;
}

const gb = (mb: number): string => `${(mb / 1024).toFixed(1)} GB`;
