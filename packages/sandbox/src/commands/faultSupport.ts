import { InvalidArgumentError } from "commander";

/** A fault in a table: id, kind and its other fields. */
export type ShownFault = Readonly<Record<string, string | number>> & { id: number; kind: string };

/** A whole number from 1 on. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError("allowed: a whole number, at least 1");
  return Number(text);
}

/** Faults as the rows of a table. */
export function faultRows(faults: readonly ShownFault[]): string[][] {
  const rows = faults.map(({ id, kind, ...rest }) => [
    id.toString(),
    kind,
    Object.entries(rest)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(" "),
  ]);
  return [["ID", "KIND", "WHAT"], ...rows];
}
