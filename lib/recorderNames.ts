/** The names of recorders. The program spells them here and nowhere else. */
const prefix = "jibri";

/** Name of a recorder in messages, outputs and host names: jibri-0. */
export function recorderName(index: number): string {
  return `${prefix}-${index}`;
}

/** Number of the recorder that has this name; `undefined` for any other name. A nickname has a server's id, which is longer. */
export function recorderNumber(name: string): number | undefined {
  const number = name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : "";
  return /^\d{1,4}$/.test(number) ? Number(number) : undefined;
}

/** Nickname in jicofo's room of the recorder on a server. Two recorders of one number live side by side during a replacement. */
export function recorderNickname(serverId: string): string {
  return `${prefix}-${serverId}`;
}

/** Name of the recorder on the web host, in messages and in jicofo's room. */
export const localRecorderName = "local-recorder";

/** By version, the account with which recorders log in to jicofo's room, in auth.<domain>: jibri, then jibri-2 and so on. */
export function controlAccountName(version: number): string {
  return version === 1 ? prefix : `${prefix}-${version}`;
}

/**
 * The accounts that prosody's modules take for recorders in recorder.<domain>. Any other one would be a participant: a meeting would
 * not end while it is there alone.
 * Source: jitsi-meet, resources/prosody-plugins/util.lib.lua (recorder_prefixes).
 */
const callAccounts = ["recorder", "jibria", "jibrib"] as const;

/**
 * By version, the account with which they join meetings, in recorder.<domain>: the three names in turns. The former version's
 * account exists until the recorders have left it, so two versions that follow each other never share one.
 */
export function callAccountName(version: number): (typeof callAccounts)[number] {
  return callAccounts[(version - 1) % callAccounts.length] ?? callAccounts[0];
}
