import { setTimeout as sleep } from "node:timers/promises";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import type { Context } from "./context";
import { apiError, isNotSimulated } from "./errors";
import type { Query } from "./listing";
import type { Recorder } from "./recorder";
import type { Route } from "./resource";
import type { Settings } from "./settings";

/** What every route of the API needs before its handler runs. */
export interface Serving {
  readonly ctx: Context;
  readonly settings: Settings;
  readonly recorder: Recorder;
  /** The only valid token. When absent, any token of the right length is valid. */
  readonly token?: string;
}

export const tokenLength = 64;

export function addRoute(server: FastifyInstance, route: Route, serving: Serving): void {
  const { ctx, recorder } = serving;
  const name = `${route.method} ${route.path}`;
  server.route({
    method: route.method,
    url: `/v1${route.path}`,
    onRequest: (request, reply) => beforeHandler(name, serving, request, reply),
    handler: (request, reply) => {
      const call = {
        ctx,
        params: request.params as Readonly<Record<string, string>>,
        query: readQuery(request),
        body: request.body,
      };
      const answer = recordNotSimulated(recorder, request, () =>
        ctx.store.transaction(() => route.handle(call)),
      );
      if (ctx.faults.drops(name, "after")) return hangUp(request, reply);
      return reply.code(route.status).send(answer);
    },
  });
}

/**
 * Whole routes are not simulated, and single fields of other routes. Both are recorded, so that
 * tests see them.
 */
function recordNotSimulated<T>(recorder: Recorder, request: FastifyRequest, handle: () => T): T {
  try {
    return handle();
  } catch (error) {
    if (isNotSimulated(error)) recorder.unknown(`${request.method} ${request.url}`);
    throw error;
  }
}

/**
 * Counts a request and checks its token, then applies the rate limit, the latency and the faults.
 */
async function beforeHandler(
  name: string,
  { ctx, settings, recorder, token }: Serving,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  recorder.called(name);
  if (ctx.faults.drops(name, "before")) return hangUp(request, reply);
  authenticate(request, token);
  limit(settings, reply);
  const delay = settings.requestMs + ctx.faults.delay(name);
  if (delay > 0) await sleep(delay);
  const failure = ctx.faults.failure(name);
  if (failure) throw failure;
  return undefined;
}

function hangUp(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** @throws ApiError unauthorized */
export function authenticate(request: FastifyRequest, token: string | undefined): void {
  const given = /^Bearer\s+(\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) throw apiError("unauthorized", "token is required");
  if (token === undefined ? given.length !== tokenLength : given !== token)
    throw apiError("unauthorized", "the token you have provided is invalid");
}

function limit(settings: Settings, reply: FastifyReply): void {
  const state = settings.rateLimit?.take();
  if (!state) return;
  void reply.headers({
    "ratelimit-limit": state.limit,
    "ratelimit-remaining": state.remaining,
    "ratelimit-reset": state.reset,
  });
  if (state.exceeded)
    throw apiError("rate_limit_exceeded", `limit of ${state.limit} requests per hour reached`);
}

/** All values of each name. fastify gives a single value as a string instead of a list. */
function readQuery(request: FastifyRequest): Query {
  const query = request.query as Readonly<Record<string, string | string[]>>;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
}
