import type { ActionDefinition } from "./actions";
import type { Context } from "./context";
import { parseFields, type FieldTable, type Parsed } from "./fields";
import type { Query } from "./listing";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One request, as a handler sees it. */
export interface Call<Body = unknown> {
  readonly ctx: Context;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

export interface Route {
  readonly method: Method;
  /** Below /v1, with `:name` for parameters. */
  readonly path: string;
  /** HTTP status of a successful answer. */
  readonly status: number;
  /** The fields that its body can have. */
  readonly fields?: FieldTable;
  /** Set when the route only answers that it is not simulated. Each of its requests is recorded. */
  readonly notSimulated?: true;
  /** Runs inside a transaction: its writes are undone when it throws. */
  handle(call: Call): unknown;
}

/** The resources of the Hetzner Cloud API, by the names that its actions and errors use. */
export type ResourceKind =
  | "action"
  | "certificate"
  | "firewall"
  | "floating_ip"
  | "image"
  | "iso"
  | "load_balancer"
  | "load_balancer_type"
  | "location"
  | "network"
  | "placement_group"
  | "pricing"
  | "primary_ip"
  | "server"
  | "server_type"
  | "ssh_key"
  | "storage_box"
  | "storage_box_type"
  | "volume"
  | "zone";

/** Routes of a resource, with the commands of the actions that they start. */
export interface ResourcePart {
  readonly routes: readonly Route[];
  /** Action commands by the name that Hetzner gives them: attach_to_network. */
  readonly commands?: Readonly<Record<string, ActionDefinition>>;
}

/** One resource of the API: a file or a folder in `resources/`, listed in its `index.ts`. */
export interface Resource extends ResourcePart {
  readonly kind: ResourceKind;
  /** Further routes and commands, when the resource is split over several files. */
  readonly parts?: readonly ResourcePart[];
  /** Called once the state is loaded, before actions are resumed and requests are accepted. */
  start?(ctx: Context): Promise<void>;
}

const successStatus: Readonly<Record<Method, number>> = {
  GET: 200,
  POST: 201,
  PUT: 200,
  DELETE: 204,
};

export function defineResource(resource: Resource): Resource {
  return resource;
}

/** A part of a resource with many routes; the resource lists it under `parts`. */
export function definePart(part: ResourcePart): ResourcePart {
  return part;
}

/**
 * A route whose body is checked against a table of fields first.
 *
 * @param status of a successful answer; by default 200 for GET and PUT, 201 for POST, 204 for
 *   DELETE
 */
export function route<const T extends FieldTable>(
  method: Method,
  path: string,
  body: T,
  handle: (call: Call<Parsed<T>>) => unknown,
  status: number = successStatus[method],
): Route {
  return {
    method,
    path,
    status,
    fields: body,
    handle: (call) => handle({ ...call, body: parseFields(body, call.body) }),
  };
}

/** All routes and commands of the resources. */
export interface Registry {
  readonly routes: readonly Route[];
  readonly commands: ReadonlyMap<string, ActionDefinition>;
}

/** @throws Error when two resources declare the same kind, route or command */
export function buildRegistry(resources: readonly Resource[]): Registry {
  const kinds = new Set<string>();
  const routes = new Map<string, Route>();
  const commands = new Map<string, ActionDefinition>();
  for (const resource of resources) {
    if (kinds.has(resource.kind)) throw new Error(`two resources are called ${resource.kind}`);
    kinds.add(resource.kind);
    const parts = [resource, ...(resource.parts ?? [])];
    for (const item of parts.flatMap((part) => part.routes)) {
      // Routes that differ only in the names of their parameters are the same: /x/:id and /x/:name.
      const key = `${item.method} ${item.path.replaceAll(/:\w+/g, ":")}`;
      if (routes.has(key)) throw new Error(`${resource.kind} declares ${key} a second time`);
      routes.set(key, item);
    }
    for (const [command, definition] of parts.flatMap((part) =>
      Object.entries(part.commands ?? {}),
    )) {
      if (commands.has(command))
        throw new Error(`${resource.kind} declares the command ${command} a second time`);
      commands.set(command, definition);
    }
  }
  return { routes: [...routes.values()], commands };
}
