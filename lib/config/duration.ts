const units = { h: 3600, m: 60, s: 1 } as const;
const pattern = /^(?=.)(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,5})s)?$/;

/** Reads `30m`, `1h30m`, `45s` or `0` as seconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  return Object.entries(units).reduce(
    (sum, [unit, seconds]) => sum + Number(groups[unit] ?? 0) * seconds,
    0,
  );
}
