import { placementGroupOf } from "./placementPlan";

/** What is known of a bridge before anything is made. */
export interface BridgePlan {
  /** Its number, from 0. */
  readonly index: number;
  /** Its name for people, in messages, labels of outputs and the policy: jvb-0. */
  readonly name: string;
  /** Its name in the DNS and on the host: jvb-0.meet.example.org. */
  readonly hostname: string;
  /** Number of its placement group, from 0. */
  readonly placementGroup: number;
}

/** The bridges of these numbers. The plan of one depends on nothing but its own number. */
export function planBridges(numbers: readonly number[], domain: string): BridgePlan[] {
  return numbers.map((index) => {
    const name = `jvb-${index}`;
    return {
      index,
      name,
      hostname: `${name}.${domain}`,
      placementGroup: placementGroupOf(index),
    };
  });
}

/**
 * MUC_NICKNAME and relay id of the bridge on a server. Derived from the server, not from the number: two of
 * one number live side by side while one replaces the other, and XMPP would merge equal nicknames.
 */
export function bridgeNickname(serverId: string): string {
  return `jvb-${serverId}`;
}

/** Name for people of the bridge on the web host. */
export const localBridgeName = "local";

/** MUC_NICKNAME and relay id of the bridge on the web host: no bridge on a server of its own ever has it. */
export function localBridgeNickname(webServerId: string): string {
  return `jvb-local-${webServerId}`;
}
