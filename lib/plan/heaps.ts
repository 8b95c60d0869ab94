import { limits } from "../constants";

/** What a heap follows from. */
export interface HeapArgs {
  /** Memory of the host in GB, as Hetzner sells it; absent where its type is not known (a preview without the API). */
  readonly memoryGb: number | undefined;
  /** The operator's own number in MB; by default it follows from the memory. */
  readonly askedMb?: number;
}

/** MB of a server type's memory that a Java heap may take: the rest is the system's. */
export function heapRoomMb(memoryGb: number): number {
  return memoryGb * 1024 - limits.systemMemoryMb;
}

/**
 * Largest heap of a bridge in MB. A bridge keeps little on its heap (media is forwarded, not kept), so it never
 * gets more than upstream's default by itself; on a small host it leaves a quarter, and what the system needs.
 */
export function bridgeHeapMb({ memoryGb, askedMb }: HeapArgs): number {
  if (askedMb !== undefined) return askedMb;
  if (memoryGb === undefined) return limits.upstreamHeapMb;
  return Math.min(memoryGb * 1024 * 0.75, heapRoomMb(memoryGb), limits.upstreamHeapMb);
}

/**
 * The same for the bridge on the web host: a quarter, as jicofo has one; the other half is prosody's, nginx' and the
 * system's. The operator's number is for hosts that a bridge has to itself, so it counts here only where it is less.
 */
export function localBridgeHeapMb({ memoryGb, askedMb = Infinity }: HeapArgs): number {
  return Math.min(askedMb, jicofoHeapMb({ memoryGb }));
}

/**
 * Largest heap of jicofo in MB: a quarter of the web host, which it shares with prosody and nginx. Upstream's
 * default would be three quarters of a host with 4 GB.
 */
export function jicofoHeapMb({ memoryGb, askedMb }: HeapArgs): number {
  if (askedMb !== undefined) return askedMb;
  if (memoryGb === undefined) return limits.upstreamHeapMb / 4;
  return Math.min(memoryGb * 1024 * 0.25, limits.upstreamHeapMb);
}
