import { invalidField } from "./errors";
import { parseSelector, type Labels } from "./labels";

/** A query string: all values of each name, in their order. */
export type Query = Readonly<Record<string, readonly string[]>>;

export const defaultPerPage = 25;
export const maxPerPage = 50;

export interface Listable {
  readonly id: number;
  readonly name?: string | null;
  readonly labels?: Labels;
}

/** The filters and sort fields of a list. */
export interface ListOptions<T> {
  /** Fields that `sort` accepts. */
  readonly sort?: readonly (keyof T & string)[];
  /** Query parameters that filter: a row stays if its value is among the given ones. */
  readonly filters?: Readonly<Record<string, (row: T) => string | null | undefined>>;
}

export interface Pagination {
  readonly page: number;
  readonly per_page: number;
  readonly previous_page: number | null;
  readonly next_page: number | null;
  readonly last_page: number;
  readonly total_entries: number;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly meta: { readonly pagination: Pagination };
}

/**
 * One page of a list. The list is filtered (by name, labels and the resource's own filters), then
 * sorted, then cut.
 *
 * @throws ApiError invalid_input for an invalid page, sort order or selector
 */
export function listPage<T extends Listable>(
  rows: readonly T[],
  query: Query,
  options: ListOptions<T> = {},
): Page<T> {
  const kept = sorted(filtered(rows, query, options), query, options.sort ?? ["id"]);
  const page = positive(query, "page", 1);
  const perPage = Math.min(positive(query, "per_page", defaultPerPage), maxPerPage);
  const lastPage = Math.max(1, Math.ceil(kept.length / perPage));
  return {
    rows: kept.slice((page - 1) * perPage, page * perPage),
    meta: {
      pagination: {
        page,
        per_page: perPage,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < lastPage ? page + 1 : null,
        last_page: lastPage,
        total_entries: kept.length,
      },
    },
  };
}

function filtered<T extends Listable>(
  rows: readonly T[],
  query: Query,
  options: ListOptions<T>,
): readonly T[] {
  const filters = { name: (row: T) => row.name, ...options.filters };
  let kept = rows;
  for (const [name, read] of Object.entries(filters)) {
    const wanted = query[name]?.filter((value) => value !== "") ?? [];
    if (wanted.length > 0) kept = kept.filter((row) => wanted.includes(read(row) ?? ""));
  }
  const selector = query.label_selector?.[0];
  if (selector === undefined) return kept;
  const matches = parseSelector(selector);
  return kept.filter((row) => matches(row.labels ?? {}));
}

function sorted<T extends Listable>(
  rows: readonly T[],
  query: Query,
  allowed: readonly (keyof T & string)[],
): readonly T[] {
  const orders = (query.sort ?? []).map((text) => {
    const [field = "", direction = "asc"] = text.split(":");
    const name = allowed.find((candidate) => candidate === field);
    if (name === undefined || !["asc", "desc"].includes(direction))
      throw invalidField("sort", `'${text}' is not supported; one of ${allowed.join(", ")}`);
    return { name, sign: direction === "desc" ? -1 : 1 };
  });
  if (orders.length === 0) return rows;
  return [...rows].sort((a, b) => {
    for (const { name, sign } of orders) {
      const order = compare(a[name], b[name]) * sign;
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function positive(query: Query, name: string, fallback: number): number {
  const text = query[name]?.[0];
  if (text === undefined || text === "") return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidField(name, "must be a positive integer");
  return Number(text);
}
