import type { Settings } from "../config/settings";
import { limits, type Role } from "../constants";
import { heapRoomMb, localBridgeHeapMb } from "../plan/heaps";
import type { PlannedHost } from "../plan/plannedHosts";
import { none, problem, together, type Findings } from "./findings";

/** Roles with a heap in the settings. */
type HeapRole = Exclude<Role, "jibri">;
type HeapKey = "bridgeHeapMb" | "jicofoHeapMb";
/** The heaps in the settings, and whether the web host has a bridge of its own. */
type AskedHeaps = Pick<Settings, HeapKey> & { readonly hasLocalBridge: boolean };

/**
 * A heap of the settings has to fit into every host that gets it: into existing hosts with the memory that they have, into
 * new ones with that of the ordered type. jicofo's heap has to leave room for the heap of a bridge on its host.
 *
 * @param typeToOrder for new hosts, by role
 * @param memoryGb memory of server types by name; a type that is not among them is not checked
 */
export function checkHeaps(
  asked: AskedHeaps,
  hosts: readonly PlannedHost[],
  typeToOrder: Readonly<Record<HeapRole, string>>,
  memoryGb: Readonly<Record<string, number>>,
): Findings {
  const check = (key: HeapKey, role: HeapRole): Findings => {
    const heapMb = asked[key];
    const [smallest] = hosts
      .filter((host) => host.role === role)
      .map(({ name, server }) => ({ name, type: server?.server_type.name ?? typeToOrder[role] }))
      .flatMap((host) => ({ ...host, memory: memoryGb[host.type] ?? Infinity }))
      .sort((a, b) => a.memory - b.memory);
    if (heapMb === undefined || smallest === undefined) return none;
    const { name, type, memory } = smallest;
    const bridge = role === "web" ? localBridgeRoomMb(asked, memory) : 0;
    const most = heapRoomMb(memory) - bridge;
    if (heapMb <= most) return none;
    const others = bridge === 0 ? "" : ` and ${bridge} MB for the heap of the bridge on it`;
    return problem(
      key,
      `is ${heapMb}, but ${name} (${type}) has ${memory * 1024} MB of memory, of which the system needs ${limits.systemMemoryMb} MB${others}`,
      `pulumi config set ${key} ${most}  # at most; or, for the default of the host: pulumi config rm ${key}`,
    );
  };
  return together([check("bridgeHeapMb", "jvb"), check("jicofoHeapMb", "web")]);
}

/** MB of the web host's memory that its own bridge takes; 0 if it has none. */
function localBridgeRoomMb({ hasLocalBridge, bridgeHeapMb }: AskedHeaps, memoryGb: number): number {
  return hasLocalBridge ? localBridgeHeapMb({ memoryGb, askedMb: bridgeHeapMb }) : 0;
}
