/** The requests of an ACME client (RFC 8555), by the resource that they are about. */
export const requestKinds = [
  ...["directory", "nonce", "account", "order", "authorization", "challenge"],
  ...["finalize", "certificate", "other"],
] as const;

export type RequestKind = (typeof requestKinds)[number];

/** The beginning of pebble's paths for each kind. */
const prefixes: readonly (readonly [prefix: string, kind: RequestKind])[] = [
  ["/dir", "directory"],
  ["/nonce-plz", "nonce"],
  ["/sign-me-up", "account"],
  ["/my-account/", "account"],
  ["/order-plz", "order"],
  ["/my-order/", "order"],
  ["/authZ/", "authorization"],
  ["/chalZ/", "challenge"],
  ["/finalize-order/", "finalize"],
  ["/certZ/", "certificate"],
];

/** The kind of a request by its path. */
export function kindOf(path: string): RequestKind {
  return prefixes.find(([prefix]) => path.startsWith(prefix))?.[1] ?? "other";
}

/** Path of the request that makes an account. */
export const newAccountPath = "/sign-me-up";
/** Path of the request that makes an order. */
export const newOrderPath = "/order-plz";
/** Path of the request for a nonce. */
export const noncePath = "/nonce-plz";
/** Let's Encrypt's path of the directory, and pebble's. */
const directoryPaths = { public: "/directory", pebble: "/dir" } as const;

/** The path of pebble for a path of the public directory. */
export function pebblePath(url: string): string {
  const path = url.split("?")[0] ?? "/";
  return path === directoryPaths.public ? directoryPaths.pebble : path;
}

/**
 * Path of the order that a request is about. A new order has it in its answer's Location, the others
 * end with its id.
 */
export function orderPathOf(path: string, location: string | undefined): string | undefined {
  if (path === newOrderPath) return location === undefined ? undefined : new URL(location).pathname;
  return `/my-order/${path.split("/").at(-1) ?? ""}`;
}

/**
 * The payload of a signed request; undefined when it has none (POST-as-GET) or is not a signed
 * request. ACME signs requests but does not encrypt them.
 */
export function payloadOf(body: Buffer): unknown {
  try {
    const { payload } = JSON.parse(body.toString("utf8")) as { payload?: unknown };
    if (typeof payload !== "string" || payload === "") return undefined;
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    // The ACME server answers what is wrong with it.
    return undefined;
  }
}

/** What a client asks for in a new order. */
export interface OrderRequest {
  /** DNS names, in the order of the request. */
  readonly names: readonly string[];
  readonly profile?: string;
}

/** The fields of a new order, as far as they are valid. */
export function orderRequest(payload: unknown): OrderRequest {
  const { identifiers, profile } = (payload ?? {}) as { identifiers?: unknown; profile?: unknown };
  const list: readonly unknown[] = Array.isArray(identifiers) ? identifiers : [];
  return {
    names: list
      .map((identifier) => (identifier as { value?: unknown } | null)?.value)
      .filter((value) => typeof value === "string"),
    ...(typeof profile === "string" && { profile }),
  };
}
