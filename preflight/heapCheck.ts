import { heapRoomMb } from "../components/heaps";
import type { Settings } from "../config";
import { limits } from "../constants";
import type { DeclaredHost } from "./declared";
import { none, obstacle, together, type Findings } from "./findings";

type HeapKey = "bridgeHeapMb" | "jicofoHeapMb";

/**
 * A heap that is asked for has to fit into every host that gets it: those that exist with the memory they have,
 * new ones with that of the type that is ordered.
 *
 * @param typeToOrder for new hosts, by role
 * @param memoryGb memory of server types by name; a type that is not among them is not checked
 */
export function checkHeaps(
  settings: Pick<Settings, HeapKey>,
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
    if (asked === undefined || smallest === undefined || asked <= heapRoomMb(smallest.memory)) {
      return none;
    }
    const { name, type, memory } = smallest;
    return obstacle(
      key,
      `is ${asked}, but ${name} (${type}) has ${memory * 1024} MB of memory, of which ${limits.systemMemoryMb} MB are for the system`,
      `pulumi config set ${key} ${heapRoomMb(memory)}  # at most; or, for what suits the host: pulumi config rm ${key}`,
    );
  };
  return together([check("bridgeHeapMb", "jvb"), check("jicofoHeapMb", "web")]);
}
