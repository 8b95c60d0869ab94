import { bridgeName, localBridgeName } from "../bridgeNames";
import { declaredNumbers, hasLocalBridge } from "../config/bridges";
import { declaredRecorders } from "../config/recorders";
import type { Settings } from "../config/settings";
import { localRecorderName, recorderName } from "../recorderNames";
import { placementGroupCount, placementGroupOf } from "./placementPlan";

/** The web host, as far as the settings decide about it. */
export interface WebHostPlan {
  readonly role: "web";
  readonly name: "web";
  /** The meeting domain. */
  readonly hostname: string;
}

/** A bridge with a host of its own, as far as the settings decide about it. */
export interface BridgePlan {
  readonly role: "jvb";
  /** Its number, from 0. */
  readonly index: number;
  /** Its name in messages, outputs and the policy file: jvb-0. */
  readonly name: string;
  /** Its name in the DNS and on the host: jvb-0.meet.example.org. */
  readonly hostname: string;
  /** Number of its placement group, from 0. */
  readonly placementGroup: number;
  /** Whether `drainingBridges` names it: it stays, but out of service. */
  readonly draining: boolean;
  /** Whether `rollBridges` names it: a server that differs from a new one is replaced. */
  readonly rolled: boolean;
}

/** The bridge on the web host. */
export interface LocalBridgePlan {
  readonly name: typeof localBridgeName;
  /** It never stays out of service: if it is not wanted, it is removed. */
  readonly draining: false;
}

/** A recorder with a host of its own, as far as the settings decide about it. */
export interface RecorderPlan {
  readonly role: "jibri";
  /** Its number, from 0. */
  readonly index: number;
  /** Its name in messages, outputs and the policy file: jibri-0. */
  readonly name: string;
  /** Its name in the DNS and on the host: jibri-0.meet.example.org. */
  readonly hostname: string;
  /** Number of its placement group, from 0. Recorders have groups of their own. */
  readonly placementGroup: number;
  /** Whether `drainingRecorders` names it: it stays, but out of service. */
  readonly draining: boolean;
}

/** The recorder on the web host. */
export interface LocalRecorderPlan {
  readonly name: typeof localRecorderName;
  /** It never stays out of service: if it is not wanted, it is removed. */
  readonly draining: false;
}

/** A host of the cluster. */
export type HostPlan = WebHostPlan | BridgePlan | RecorderPlan;

/** What the settings ask for: every host and every bridge. */
export interface ClusterPlan {
  readonly webHost: WebHostPlan;
  /** The bridges with a host of their own, by number. */
  readonly bridges: readonly BridgePlan[];
  /** Absent if the web host has no bridge of its own. */
  readonly localBridge?: LocalBridgePlan;
  /** How many placement groups the bridges need. */
  readonly placementGroups: number;
  /** The recorders with a host of their own, by number. */
  readonly recorders: readonly RecorderPlan[];
  /** Absent if the web host has no recorder of its own. */
  readonly localRecorder?: LocalRecorderPlan;
  /** How many placement groups the recorders need. */
  readonly recorderPlacementGroups: number;
  /**
   * Whether the web host's firewall lets media in. It does unless the web host may never have a bridge of its own. The
   * rules change before a bridge is drained, and would end the calls on it. Without a bridge nothing listens there.
   */
  readonly webMedia: boolean;
}

/** The settings that decide which bridges and recorders there are. */
export type PlanSettings = Pick<
  Settings,
  | "domain"
  | "jvbCount"
  | "removedBridges"
  | "drainingBridges"
  | "rollBridges"
  | "localBridge"
  | "jibriCount"
  | "removedRecorders"
  | "drainingRecorders"
  | "localRecorder"
>;

/** The plan of a cluster. The plan of one bridge or recorder follows from its own number alone, never from the count. */
export function planCluster(settings: PlanSettings): ClusterPlan {
  const numbers = declaredNumbers(settings);
  const recorders = declaredRecorders(settings);
  return {
    webHost: { role: "web", name: "web", hostname: settings.domain },
    bridges: numbers.map((index) => planBridge(index, settings)),
    localBridge: hasLocalBridge(settings) ? { name: localBridgeName, draining: false } : undefined,
    placementGroups: placementGroupCount(numbers),
    recorders: recorders.map((index) => planRecorder(index, settings)),
    localRecorder: settings.localRecorder
      ? { name: localRecorderName, draining: false }
      : undefined,
    recorderPlacementGroups: placementGroupCount(recorders),
    webMedia: settings.localBridge !== "never",
  };
}

function planBridge(
  index: number,
  { domain, drainingBridges, rollBridges }: PlanSettings,
): BridgePlan {
  const name = bridgeName(index);
  return {
    role: "jvb",
    index,
    name,
    hostname: `${name}.${domain}`,
    placementGroup: placementGroupOf(index),
    draining: drainingBridges.includes(index),
    rolled: rollBridges === "all" || rollBridges.includes(index),
  };
}

function planRecorder(index: number, { domain, drainingRecorders }: PlanSettings): RecorderPlan {
  const name = recorderName(index);
  return {
    role: "jibri",
    index,
    name,
    hostname: `${name}.${domain}`,
    placementGroup: placementGroupOf(index),
    draining: drainingRecorders.includes(index),
  };
}

/** All recorders, that of the web host last. */
export function allRecorders({
  recorders,
  localRecorder,
}: Pick<ClusterPlan, "recorders" | "localRecorder">): readonly (
  RecorderPlan | LocalRecorderPlan
)[] {
  return localRecorder === undefined ? recorders : [...recorders, localRecorder];
}

/** All bridges, that of the web host last. */
export function allBridges({
  bridges,
  localBridge,
}: Pick<ClusterPlan, "bridges" | "localBridge">): readonly (BridgePlan | LocalBridgePlan)[] {
  return localBridge === undefined ? bridges : [...bridges, localBridge];
}
