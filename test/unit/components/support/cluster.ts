import { JitsiCluster, type JitsiClusterArgs } from "../../../../components/jitsiCluster";
import type { RawConfig } from "../../../../lib/config/keys";
import { parseSettings, type Settings } from "../../../../lib/config/settings";
import { planCluster } from "../../../../lib/plan/clusterPlan";
import { answers } from "./answers";
import { runProgram, type Answers, type Registered } from "./mockEngine";

/** What differs from a base: settings, or arguments that are no settings. */
export type ClusterChange = Partial<
  Omit<Settings, "sshProxyPrivateKey" | "tlsCertificate" | "tlsKey"> &
    Omit<JitsiClusterArgs, "plan">
>;

/** The arguments of a cluster with these settings and changes; its plan follows from them. */
export function clusterArgs(raw: RawConfig, change: ClusterChange = {}): JitsiClusterArgs {
  const serverTypes = { webServerType: "cx23", jvbServerType: "cpx42", jibriServerType: "cx33" };
  const settings = { ...parseSettings(raw), ...serverTypes, ...change };
  return { ...settings, plan: planCluster(settings) };
}

/** Makes a cluster against a mocked engine, in a cloud that answers like this. */
export function deployCluster(
  args: JitsiClusterArgs,
  cloud: Answers = answers,
): Promise<{ resources: Registered[]; result: JitsiCluster }> {
  return runProgram(cloud, () => new JitsiCluster("jitsi", args));
}

/** The settings of a cluster of two bridges with a managed zone, restricted SSH and labels of the operator. */
export const usualSettings = {
  domain: "meet.example.org",
  dnsZone: "example.org",
  adminCidrs: '["203.0.113.0/24","2001:db8::/32"]',
  labels: '{"team":"video"}',
};

/** The resources of such a cluster, with these changes. */
export async function deployUsual(change: ClusterChange = {}): Promise<Registered[]> {
  return (await deployCluster(clusterArgs(usualSettings, change))).resources;
}
