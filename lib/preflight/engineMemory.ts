import { freemem } from "node:os";
import { none, warning, type Findings } from "./findings";

/**
 * Memory in MB of engine, plugins and program together for one `up`. Fitted to the peaks of first `up`s with 20 and 90
 * bridges (docs/measurements.md). The engine keeps every text that it encrypts, and whenever one secret is new it encrypts
 * up to 1,000 secrets of the state again. So the need grows with the square at first, and with the number later.
 */
const measured = { baseMb: 600, mbPerBridge: 22, mbPerSquaredBridge: 0.22 } as const;

/** A recorder has seven commands, a bridge five. Not measured. */
const bridgesPerRecorder = 1.4;

/** The part that grows with the bridges of a cluster. */
const growth = (bridges: number): number =>
  measured.mbPerBridge * bridges + measured.mbPerSquaredBridge * bridges ** 2;

/** The largest number of bridges whose `growth` is at most this many MB. */
function bridgesWithin(mb: number): number {
  const { mbPerBridge: b, mbPerSquaredBridge: a } = measured;
  return Math.floor((Math.sqrt(b ** 2 + 4 * a * Math.max(0, mb)) - b) / (2 * a));
}

/**
 * @param existing bridges that have a server before this `up`
 * @param total bridges afterwards
 */
export function engineMemoryMb(existing: number, total: number): number {
  return measured.baseMb + growth(total) - growth(existing);
}

/**
 * Warns of an `up` that needs more memory than this machine has free, with the count that fits.
 *
 * @param recorders the same numbers of recorders
 */
export function checkEngineMemory(
  existing: number,
  total: number,
  freeMb: number = freeMemoryMb(),
  recorders: readonly [existing: number, total: number] = [0, 0],
): Findings {
  const [before, after] = [
    existing + recorders[0] * bridgesPerRecorder,
    total + recorders[1] * bridgesPerRecorder,
  ];
  const needed = engineMemoryMb(before, after);
  if (after <= before || needed <= freeMb) return none;
  const newRecorders = Math.max(0, recorders[1] - recorders[0]);
  const newBridges = Math.max(0, total - existing);
  const fits = bridgesWithin(freeMb - measured.baseMb + growth(before));
  const inSteps =
    newRecorders === 0
      ? `pulumi config set jvbCount ${fits} && pulumi up`
      : "with a smaller jvbCount or jibriCount";
  const way =
    fits > before ? `add them in steps, first: ${inSteps}` : "run it on a machine with more memory";
  const what = [
    ...(newBridges > 0 ? [`${newBridges} bridges`] : []),
    ...(newRecorders > 0 ? [`${newRecorders} recorders`] : []),
  ].join(" and ");
  return warning(
    `this \`up\` creates ${what} at once, for which Pulumi's engine, its plugins and this program need about ${gb(needed)}; this machine has ${gb(freeMb)} free: ${way}`,
  );
}

/** Memory that this process may still use: that of the machine or of its container, whichever is less. */
function freeMemoryMb(): number {
  // 0 if there is no limit.
  const limit = process.constrainedMemory();
  return Math.min(freemem(), limit > 0 ? limit : Infinity) / 1024 ** 2;
}

const gb = (mb: number): string => `${(mb / 1024).toFixed(1)} GB`;
