import { actionKind, type ActionRow } from "../actions";
import type { Context } from "../context";
import { notFound } from "../errors";
import type { Field } from "../fields";
import { listPage, type Listable, type ListOptions } from "../listing";
import { route, type Route } from "../resource";
import type { Kind, Row } from "../store";

const maxNameLength = 128;

/** Name of most resources: any text. */
export const nameField = { type: "string", min: 1, max: maxNameLength } as const satisfies Field;

export const labelsField = { type: "labels" } as const satisfies Field;

export interface NamedRow extends Row {
  readonly name: string;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Collection<T> {
  /** Path of the collection: placement_groups. */
  readonly path: string;
  /** Field of the body that contains a single resource: placement_group. */
  readonly one: string;
  readonly toWire: (ctx: Context, row: T) => unknown;
  readonly list?: ListOptions<T>;
}

/** `GET /<path>` and `GET /<path>/{id}`. */
export function readRoutes<T extends Row & Listable>(
  kind: Kind<T>,
  collection: Collection<T>,
): Route[] {
  const { path, one, toWire, list } = collection;
  return [
    route("GET", `/${path}`, {}, ({ ctx, query }) => {
      const page = listPage(ctx.store.table(kind).all(), query, list);
      return { [path]: page.rows.map((row) => toWire(ctx, row)), meta: page.meta };
    }),
    route("GET", `/${path}/:id`, {}, ({ ctx, params }) => ({
      [one]: toWire(ctx, ctx.store.table(kind).require(params.id ?? "")),
    })),
  ];
}

/** `PUT /<path>/{id}` for a resource that has only a name and labels. */
export function renameRoute<T extends NamedRow>(kind: Kind<T>, collection: Collection<T>): Route {
  const { path, one, toWire } = collection;
  return route("PUT", `/${path}/:id`, { name: nameField, labels: labelsField }, (call) => {
    const table = call.ctx.store.table(kind);
    const row = table.require(call.params.id ?? "");
    // T has all fields of NamedRow, so a patch of NamedRow is a patch of T.
    const patch = nameAndLabels(call.body) as Partial<Omit<T, "id">>;
    return { [one]: toWire(call.ctx, table.update(row.id, patch)) };
  });
}

/** The given name and labels as a patch of a named row. */
export function nameAndLabels(body: {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}): Partial<Omit<NamedRow, "id">> {
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.labels !== undefined && { labels: body.labels }),
  };
}

/**
 * The routes that list actions: of all resources of a type, and of one resource.
 *
 * @param resolve returns the id of the resource that a path names
 */
export function actionRoutes(
  path: string,
  type: string,
  resolve: (ctx: Context, id: string) => number,
): Route[] {
  const ofType = (ctx: Context): readonly ActionRow[] =>
    ctx.store
      .table(actionKind)
      .all()
      .filter((action) => action.resources.some((resource) => resource.type === type));
  const ofOne = (ctx: Context, id: string): readonly ActionRow[] => {
    const wanted = resolve(ctx, id);
    return ofType(ctx).filter((action) =>
      action.resources.some((resource) => resource.type === type && resource.id === wanted),
    );
  };
  return [
    route("GET", `/${path}/actions`, {}, ({ ctx, query }) => listActions(ctx, ofType(ctx), query)),
    route("GET", `/${path}/actions/:action_id`, {}, ({ ctx, params }) =>
      oneAction(ctx, ofType(ctx), params.action_id),
    ),
    route("GET", `/${path}/:id/actions`, {}, ({ ctx, params, query }) =>
      listActions(ctx, ofOne(ctx, params.id ?? ""), query),
    ),
    route("GET", `/${path}/:id/actions/:action_id`, {}, ({ ctx, params }) =>
      oneAction(ctx, ofOne(ctx, params.id ?? ""), params.action_id),
    ),
  ];
}

/** A page of actions, filtered by id and status. */
export function listActions(
  ctx: Context,
  rows: readonly ActionRow[],
  query: Parameters<typeof listPage>[1],
): unknown {
  const page = listPage(rows, query, {
    sort: ["id", "command", "status", "started", "finished"],
    filters: { id: (row) => row.id.toString(), status: (row) => row.status },
  });
  return { actions: page.rows.map((row) => ctx.actions.toWire(row)), meta: page.meta };
}

function oneAction(ctx: Context, rows: readonly ActionRow[], id: string | undefined): unknown {
  const action = ctx.store.table(actionKind).require(id ?? "");
  if (!rows.includes(action)) throw notFound("action", id ?? "");
  return { action: ctx.actions.toWire(action) };
}
