import { isDeepStrictEqual } from "node:util";
import { declarations } from "../../lib/config/keys";
import type { Effect } from "../../lib/config/setting";

/** The table of docs/what-changes.md. Settings with the same effect share a row. */
export function effectsTable(): string {
  const groups: { readonly names: string[]; readonly effect: Effect }[] = [];
  for (const { name, effect } of declarations) {
    const group = groups.find((one) => isDeepStrictEqual(one.effect, effect));
    if (group === undefined) groups.push({ names: [name], effect });
    else group.names.push(name);
  }
  return table([
    ["setting", "what `up` touches", "running hosts", "services"],
    ...groups.map(({ names, effect: { touches, hosts, services } }) => [
      names.map((name) => `\`${name}\``).join(", "),
      touches,
      hosts,
      services,
    ]),
  ]);
}

/** A Markdown table as prettier formats it. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head, " "), line([], "-"), ...body.map((row) => line(row, " "))].join("\n");
}

const [begin, end] = [
  "<!-- This table is made from lib/config/keys/ by `npm run -s reference`; change it there. -->",
  "<!-- End of the table. -->",
];

/** The page with a new table. What is around the table stays. @throws if the page has no place for it */
export function withEffectsTable(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error("docs/what-changes.md has no place for the table");
  return `${page.slice(0, from)}${begin}\n\n${effectsTable()}\n\n${page.slice(to)}`;
}
