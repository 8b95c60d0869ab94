/** The part of the stdin of the verb `restart` that is read here. */
interface RestartInput {
  readonly bridges?: readonly { readonly nickname: string; readonly settingsHash: string }[];
}

/** Hashes of the settings of bridges, by nickname. */
export type SettingsHashes = Readonly<Record<string, string>>;

/** The settings that a rolling restart is asked for; none in a text that is not its stdin. */
export function settingsIn(stdin: unknown): SettingsHashes {
  if (typeof stdin !== "string" || !stdin.startsWith("{")) return {};
  const { bridges = [] } = JSON.parse(stdin) as RestartInput;
  return Object.fromEntries(bridges.map((one) => [one.nickname, one.settingsHash]));
}

/** How many bridges restart: those that had other settings before. A new one starts with its settings. */
export function countRestarts(before: SettingsHashes, after: SettingsHashes): number {
  const others = Object.entries(after).filter(
    ([nickname, hash]) => before[nickname] !== undefined && before[nickname] !== hash,
  );
  return others.length;
}
