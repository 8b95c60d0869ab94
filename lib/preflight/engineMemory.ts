import { freemem } from "node:os";
import { none, warning, type Findings } from "./findings";

/**
 * Memory in MB of engine, plugins and program together for one `up`. Measured for a new cluster: 636 MB with 2 bridges,
 * 2,080 MB with 20 (docs/measurements.md). The engine writes the whole state at each of its steps, and keeps every secret
 * that it encrypts for that, so the second term grows with the square. When a cluster grows in steps, each step needs at
 * most what this formula says.
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

/** Memory that this process may still use: that of the machine or of its container, whichever is less. */
function freeMemoryMb(): number {
  // 0 if there is no limit.
  const limit = process.constrainedMemory();
  return Math.min(freemem(), limit > 0 ? limit : Infinity) / 1024 ** 2;
}

const gb = (mb: number): string => `${(mb / 1024).toFixed(1)} GB`;
