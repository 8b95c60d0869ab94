import { limits } from "../constants";

/** What decides the size of a heap. */
export interface HeapArgs {
  /** Memory of the host in GB, as Hetzner sells it; `undefined` if its type is not known (a preview without the API). */
  readonly memoryGb: number | undefined;
  /** The size that the settings ask for, in MB; by default it follows from the memory. */
  readonly askedMb?: number;
}

/** How much of a server type's memory a Java heap may take, in MB. The system needs the rest. */
export function heapRoomMb(memoryGb: number): number {
  return memoryGb * 1024 - limits.systemMemoryMb;
}

/**
 * Largest heap of a bridge in MB. A bridge needs little heap, because it forwards media and does not store it. So by
 * default it never gets more than upstream's default. On a small host it leaves a quarter, and what the system needs.
 */
export function bridgeHeapMb({ memoryGb, askedMb }: HeapArgs): number {
  if (askedMb !== undefined) return askedMb;
  if (memoryGb === undefined) return limits.upstreamHeapMb;
  return Math.min(memoryGb * 1024 * 0.75, heapRoomMb(memoryGb), limits.upstreamHeapMb);
}

/**
 * The same for the bridge on the web host: a quarter, like jicofo. The other half is for prosody, nginx and the system.
 * The size in the settings is for bridges with a host of their own, so it counts here only if it is smaller.
 */
export function localBridgeHeapMb({ memoryGb, askedMb = Infinity }: HeapArgs): number {
  return Math.min(askedMb, jicofoHeapMb({ memoryGb }));
}

/**
 * Largest heap of jicofo in MB: a quarter of the web host's memory, because prosody and nginx run there too. Upstream's
 * default would be three quarters of a host with 4 GB.
 */
export function jicofoHeapMb({ memoryGb, askedMb }: HeapArgs): number {
  if (askedMb !== undefined) return askedMb;
  if (memoryGb === undefined) return limits.upstreamHeapMb / 4;
  return Math.min(memoryGb * 1024 * 0.25, limits.upstreamHeapMb);
}
