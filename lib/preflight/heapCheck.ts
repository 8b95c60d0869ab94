import { heapRoomMb, localBridgeHeapMb } from "../plan/heaps";
import type { Settings } from "../config/settings";
import { limits } from "../constants";
import { hasLocalBridge } from "../config/bridges";
import type { DeclaredHost } from "./declared";
import { none, problem, together, type Findings } from "./findings";

type HeapKey = "bridgeHeapMb" | "jicofoHeapMb";
type HeapSettings = Pick<Settings, HeapKey | "jvbCount" | "localBridge">;

/**
 * A heap that is asked for has to fit into every host that gets it: those that exist with the memory they have,
 * new ones with that of the type that is ordered. jicofo's has to leave room for that of a bridge on its host.
 *
 * @param typeToOrder for new hosts, by role
 * @param memoryGb memory of server types by name; a type that is not among them is not checked
 */
export function checkHeaps(
  settings: HeapSettings,
  hosts: readonly DeclaredHost[],
  typeToOrder: Readonly<Record<DeclaredHost["role"], string>>,
  memoryGb: Readonly<Record<string, number>>,
): Findings {
  const check = (key: HeapKey, role: DeclaredHost["role"]): Findings => {
    const asked = settings[key];
    const [smallest] = hosts
      .filter((host) => host.role === role)
      .map(({ name, server }) => ({ name, type: server?.server_type.name ?? typeToOrder[role] }))
      .flatMap((host) => ({ ...host, memory: memoryGb[host.type] ?? Infinity }))
      .sort((a, b) => a.memory - b.memory);
    if (asked === undefined || smallest === undefined) return none;
    const { name, type, memory } = smallest;
    const bridge = role === "web" ? ownBridgeHeapMb(settings, memory) : 0;
    const most = heapRoomMb(memory) - bridge;
    if (asked <= most) return none;
    const others = bridge === 0 ? "" : ` and ${bridge} MB for the heap of the bridge on it`;
    return problem(
      key,
      `is ${asked}, but ${name} (${type}) has ${memory * 1024} MB of memory, of which ${limits.systemMemoryMb} MB are for the system${others}`,
      `pulumi config set ${key} ${most}  # at most; or, for what suits the host: pulumi config rm ${key}`,
    );
  };
  return together([check("bridgeHeapMb", "jvb"), check("jicofoHeapMb", "web")]);
}

/** What a bridge on the web host takes of that host's memory; none where there is no such bridge. */
function ownBridgeHeapMb(settings: HeapSettings, memoryGb: number): number {
  return hasLocalBridge(settings)
    ? localBridgeHeapMb({ memoryGb, askedMb: settings.bridgeHeapMb })
    : 0;
}
