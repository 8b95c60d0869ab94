import { setPath } from "../config/command";
import type { ExistingNode } from "../config/existingNode";
import type { ServerFact } from "../hcloud/cloudFacts";
import type { Findings } from "./findings";

/**
 * An existing machine that is one of the cluster's own servers would have two owners, of whom one deletes it.
 * @param servers of this stack
 */
export function checkNodes(
  nodes: readonly ExistingNode[],
  servers: readonly ServerFact[],
): Findings {
  const problems = nodes.flatMap(({ host }, index) => {
    const server = servers.find(({ public_net: net }) => net?.ipv4?.ip === host);
    if (server === undefined) return [];
    const key = `existingNodes[${index}].host`;
    return [
      {
        key,
        reason: `is "${host}", the address of ${server.name} (${server.labels.role ?? "server"}), which is this cluster's own server; it must be a machine that this program did not make`,
        fix: `${setPath(key, "ADDRESS")}  # or remove the entry; for more bridges at Hetzner: jvbCount`,
      },
    ];
  });
  return { problems, warnings: [] };
}
