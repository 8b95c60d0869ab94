/** The names of bridges. The program spells them here and nowhere else. */
const prefix = "jvb";

/** Name of a bridge in messages, outputs and host names: jvb-0. */
export function bridgeName(index: number): string {
  return `${prefix}-${index}`;
}

/** Number of the bridge that has this name; `undefined` for any other name. A nickname has a server's id, which is longer. */
export function bridgeNumber(name: string): number | undefined {
  const number = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : "";
  return /^\d{1,4}$/.test(number) ? Number(number) : undefined;
}

/**
 * MUC_NICKNAME and relay id of the bridge on a server. It follows from the server, not from the bridge's number: during
 * a replacement two bridges have the same number, and XMPP would take equal nicknames for one bridge.
 */
export function bridgeNickname(serverId: string): string {
  return `${prefix}-${serverId}`;
}

/** Name of the bridge on the web host. */
export const localBridgeName = "local";

/** MUC_NICKNAME and relay id of the bridge on the web host. No bridge with a host of its own can have it. */
export function localBridgeNickname(webServerId: string): string {
  return `${prefix}-${localBridgeName}-${webServerId}`;
}

/** Name of the bridges' XMPP account, by its version: jvb, the name that the packages use, then jvb-2 and so on. */
export function bridgeAccountName(version: number): string {
  return version === 1 ? prefix : `${prefix}-${version}`;
}

/** Name of the host that has these labels: web, jvb-0. */
export function hostNameOf({ role, index }: Readonly<Record<string, string | undefined>>): string {
  return [role, index].filter((part) => part !== undefined).join("-");
}
