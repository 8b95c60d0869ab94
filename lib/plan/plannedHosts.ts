import type { ServerFact } from "../hcloud/cloudFacts";
import type { ClusterPlan, HostPlan } from "./clusterPlan";

/** A host of the cluster, and its server at Hetzner; absent for a host that this `up` creates. */
export type PlannedHost = HostPlan & { readonly server?: ServerFact };

/**
 * The hosts of a cluster, each with its server.
 * @param servers of this stack; those of leaving hosts, and duplicates of a killed run, are left out
 */
export function plannedHosts(
  { webHost, bridges, recorders }: Pick<ClusterPlan, "webHost" | "bridges" | "recorders">,
  servers: readonly ServerFact[],
): PlannedHost[] {
  const serverOf = (role: string, index?: number): ServerFact | undefined =>
    servers.find(({ labels }) => labels.role === role && labels.index === index?.toString());
  return [
    { ...webHost, server: serverOf("web") },
    ...bridges.map((bridge) => ({ ...bridge, server: serverOf("jvb", bridge.index) })),
    ...recorders.map((recorder) => ({ ...recorder, server: serverOf("jibri", recorder.index) })),
  ];
}
