import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import type { DnsSource } from "../dns/source";
import type { SandboxNetwork } from "../identity";

import { Actions } from "./actions";
import type { ApiDriver, Context } from "./context";
import { createDnsSource } from "./dns";
import { ApiError, apiError } from "./errors";
import { Lanes } from "./lanes";
import { noLatency, type Latency } from "./latency";
import type { Query } from "./listing";
import { openLmdbJournal } from "./lmdbJournal";
import { buildRegistry, type Route } from "./resource";
import { resources } from "./resources";
import { Store } from "./store";

export interface ApiOptions {
  /** File that keeps the state over restarts. In memory when absent. */
  readonly storePath?: string;
  /** The only token that is taken, 64 characters. Any token of that length when absent. */
  readonly token?: string;
  readonly driver: ApiDriver;
  readonly network: SandboxNetwork;
  /** By default nothing takes longer than its real work. */
  readonly latency?: Partial<Latency>;
}

export interface SandboxStatus {
  readonly servers: number;
  /** Requests that no route answers, as `METHOD /path`. */
  readonly unhandled: readonly string[];
  /** Number of requests by route. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface Api {
  /** Port 0 takes a free one. Resolves to the endpoint, which includes /v1. */
  listen(port: number, host: string): Promise<string>;
  /** Ends requests and actions, then closes the store. Hosts are left as they are. */
  close(): Promise<void>;
  /** Zones, record sets and reverse names, always as they are now. */
  readonly dns: DnsSource;
  readonly unhandled: readonly string[];
  /** Resolves when no action is running. */
  idle(): Promise<void>;
  status(): SandboxStatus;
}

const tokenLength = 64;
/** Firewalls with many rules and 32 KiB of user data fit; more is a mistake. */
const bodyLimitBytes = 1024 * 1024;
/** A record set's name stands in the path and has up to 253 characters, percent-encoded perhaps. */
const maxParamLength = 1024;
const maxUnhandled = 1000;

/**
 * A Hetzner Cloud API (v1) on this machine. Its servers are the driver's hosts; what it knows survives
 * kill -9 when `storePath` is given.
 *
 * @throws Error when `token` does not have 64 characters, or the store cannot be opened
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  if (options.token !== undefined && options.token.length !== tokenLength)
    throw new Error(`token has ${options.token.length} characters; the API's have ${tokenLength}`);
  const latency = { ...noLatency, ...options.latency };
  const registry = buildRegistry(resources);
  const store = new Store(options.storePath ? openLmdbJournal(options.storePath) : undefined);
  const actions = new Actions(store, registry.commands, latency, () => ctx);
  const { driver, network } = options;
  const ctx: Context = { store, actions, driver, network, lanes: new Lanes() };
  for (const resource of resources) await resource.start?.(ctx);
  actions.resume();

  const recorder = new Recorder();
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength },
    frameworkErrors: (_error, request, reply) => void answerUnknown(recorder, request, reply),
  });
  acceptJson(server);
  answerErrors(server, recorder);
  for (const route of registry.routes) addRoute(server, route, { ctx, latency, recorder, options });
  const status = (): SandboxStatus => ({
    servers: store.table({ name: "server" }).all().length,
    unhandled: recorder.unhandled,
    calls: Object.fromEntries(recorder.calls),
  });
  server.get("/_sandbox/status", status);

  return {
    listen: async (port, host) => `${await server.listen({ port, host })}/v1`,
    close: async () => {
      await server.close();
      await actions.close();
      await ctx.lanes.idle();
      await store.close();
    },
    dns: createDnsSource(ctx),
    unhandled: recorder.unhandled,
    idle: () => actions.idle(),
    status,
  };
}

/** What was asked for. */
class Recorder {
  readonly unhandled: string[] = [];
  readonly calls = new Map<string, number>();

  unknown(request: string): void {
    if (this.unhandled.length < maxUnhandled) this.unhandled.push(request);
  }

  called(route: string): void {
    this.calls.set(route, (this.calls.get(route) ?? 0) + 1);
  }
}

interface Serving {
  readonly ctx: Context;
  readonly latency: Latency;
  readonly recorder: Recorder;
  readonly options: ApiOptions;
}

function addRoute(server: FastifyInstance, route: Route, serving: Serving): void {
  const { ctx, latency, recorder, options } = serving;
  server.route({
    method: route.method,
    url: `/v1${route.path}`,
    onRequest: async (request) => {
      recorder.called(`${route.method} ${route.path}`);
      authenticate(request, options.token);
      if (latency.requestMs > 0)
        await new Promise((resolve) => setTimeout(resolve, latency.requestMs));
    },
    handler: (request, reply) => {
      const call = {
        ctx,
        params: request.params as Readonly<Record<string, string>>,
        query: readQuery(request),
        body: request.body,
      };
      const answer = ctx.store.transaction(() => route.handle(call));
      return reply.code(route.status).send(answer);
    },
  });
}

/** Every value of every name; fastify gives a single one as a text. */
function readQuery(request: FastifyRequest): Query {
  const query = request.query as Readonly<Record<string, string | string[]>>;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
}

function authenticate(request: FastifyRequest, token: string | undefined): void {
  const given = /^Bearer\s+(\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) throw apiError("unauthorized", "token is required");
  if (token === undefined ? given.length !== tokenLength : given !== token)
    throw apiError("unauthorized", "the token you have provided is invalid");
}

/** Bodies are JSON whatever the client calls them; an empty one is an empty object. */
function acceptJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    const text = body.toString().trim();
    try {
      done(null, text === "" ? {} : JSON.parse(text));
    } catch {
      done(apiError("json_error", "invalid JSON in request body"));
    }
  });
}

function answerErrors(server: FastifyInstance, recorder: Recorder): void {
  server.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    if (error instanceof ApiError) return send(reply, error);
    const status = error.statusCode ?? 500;
    if (status < 500) return send(reply, apiError("json_error", error.message));
    process.stderr.write(`${request.method} ${request.url}: ${error.stack ?? error.message}\n`);
    return send(reply, apiError("server_error", "internal server error"));
  });
  server.setNotFoundHandler((request, reply) => answerUnknown(recorder, request, reply));
}

function answerUnknown(
  recorder: Recorder,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  recorder.unknown(`${request.method} ${request.url}`);
  return send(reply, apiError("not_found", "api route not found"));
}

function send(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.code(error.status).send(error.envelope());
}
