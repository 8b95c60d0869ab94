import { planBridges } from "../plan/bridgePlan";
import type { Settings } from "../config/settings";
import { declaredNumbers } from "../config/bridges";
import type { ServerFact } from "../hcloud/cloudFacts";

/** A host that the settings ask for. */
export interface DeclaredHost {
  readonly role: "web" | "jvb";
  /** Of a bridge. */
  readonly index?: number;
  /** For people: web, jvb-0. */
  readonly name: string;
  readonly hostname: string;
  /** The server that it has already; absent for one that this `up` makes. */
  readonly server?: ServerFact;
}

/**
 * The hosts of a cluster, each with the server that it has.
 * @param servers of this stack; those of bridges that are leaving, or made twice by a killed engine, are left out
 */
export function declaredHosts(
  wanted: Pick<Settings, "domain" | "jvbCount" | "removedBridges">,
  servers: readonly ServerFact[],
): DeclaredHost[] {
  const serverOf = (role: string, index?: number): ServerFact | undefined =>
    servers.find(({ labels }) => labels.role === role && labels.index === index?.toString());
  return [
    { role: "web", name: "web", hostname: wanted.domain, server: serverOf("web") },
    ...planBridges(declaredNumbers(wanted), wanted.domain).map(
      ({ index, name, hostname }): DeclaredHost => ({
        role: "jvb",
        index,
        name,
        hostname,
        server: serverOf("jvb", index),
      }),
    ),
  ];
}
