import type * as pulumi from "@pulumi/pulumi";
import type { ExistingNode } from "../lib/config/existingNode";
import type { RecorderChoice } from "../lib/config/keys/recorders";
import { recordingKeys, type RecordingTarget } from "../lib/config/keys/recordings";
import { pickValues } from "../lib/config/setting";
import { nodeKey } from "../lib/nodeNames";
import type { ClusterPlan } from "../lib/plan/clusterPlan";
import type { LabelsOf } from "../lib/plan/labels";
import type { SharedHostArgs } from "./host";
import { LocalRecorder } from "./localRecorder";
import { NodeRecorder } from "./nodeRecorder";
import type { Recorder } from "./recorder";
import { RecorderAccounts } from "./recorderAccounts";
import { recorderPool } from "./recorderPool";
import type { RecorderProgram } from "./recorderProgram";
import { remoteStep } from "./remoteStep";
import type { WebHost } from "./webHost";

export interface RecordersArgs extends RecordingTarget, Pick<RecorderChoice, "jibriSecretVersion"> {
  plan: ClusterPlan;
  labels: LabelsOf;
  host: SharedHostArgs;
  /** For new servers: the type to order. */
  jibriServerType: string;
  /** Absent in a cluster without recorders that have a host of their own. */
  firewallId?: pulumi.Input<number>;
  subnetId: pulumi.Input<string>;
  /** Ids of the placement groups of recorders, by number. */
  placementGroupIds: readonly pulumi.Input<number>[];
  web: WebHost;
  dnsZone?: string;
  /** Existing machines that record. */
  nodes: readonly ExistingNode[];
}

export interface Recorders {
  /** Those with a host of their own. */
  readonly recorders: readonly Recorder[];
  /** The recorder on the web host; absent if it has none. */
  readonly localRecorder?: LocalRecorder;
  /** Those on existing machines. */
  readonly nodes: readonly NodeRecorder[];
  /** All of them. */
  readonly all: readonly RecorderProgram[];
}

/**
 * All that a cluster with recorders has, and one without has not: their accounts, hosts and placement groups, and the
 * buttons of the web app. Nothing of it restarts a service of the web host or a bridge.
 *
 * @param parent the cluster
 */
export function makeRecorders(
  name: string,
  args: RecordersArgs,
  parent: pulumi.Resource,
): Recorders {
  const { plan, labels, web, host, subnetId, dnsZone, jibriServerType: serverType } = args;
  if (plan.recorders.length + args.nodes.length === 0 && plan.localRecorder === undefined) {
    return { recorders: [], nodes: [], all: [] };
  }
  const { server, connection } = web;
  const { domain } = host;
  const accounts = new RecorderAccounts(
    `${name}-web-recorder-account`,
    { version: args.jibriSecretVersion, domain, server, connection },
    { parent: web, dependsOn: web.configured },
  );
  const target = pickValues(recordingKeys, args);
  const shared = { web, accounts, target };
  const recorders =
    args.firewallId === undefined
      ? []
      : recorderPool(
          `${name}-jibri`,
          {
            ...shared,
            host,
            serverType,
            firewallId: args.firewallId,
            subnetId,
            dnsZone,
            plan: plan.recorders,
            labels: (index) => labels("jibri", index),
            placementGroupIds: args.placementGroupIds,
          },
          parent,
        );
  const localRecorder =
    plan.localRecorder &&
    new LocalRecorder(
      `${name}-local-recorder`,
      { ...shared, plan: plan.localRecorder, domain },
      { parent },
    );
  const { privateKey, proxy, software } = host;
  const nodes = args.nodes.map(
    (node) =>
      new NodeRecorder(
        `${name}-${nodeKey(node.name)}`,
        { ...shared, node, domain, privateKey, proxy, software, hostParent: parent },
        { parent },
      ),
  );
  const all = [...recorders, localRecorder ?? [], ...nodes].flat();
  // Its delete is the first of all: the buttons go before the last recorder does.
  remoteStep(
    `${name}-web-recording`,
    {
      connection,
      script: "web/recording",
      values: { DOMAIN: domain },
      onCreate: "on",
      onDelete: "off",
    },
    { parent: web, dependsOn: all.map(({ serve }) => serve), deletedWith: server },
  );
  return { recorders, localRecorder, nodes, all };
}
