import type { FastifyInstance, FastifyRequest } from "fastify";

import { adminPath } from "./adminPath";
import { hostFaultOperations } from "./driver";

import type { Context } from "./context";
import { apiError, errorCodes, invalidField, notFound, type ErrorCode } from "./errors";
import type { FaultSpec } from "./faults";
import { parseFields, type FieldTable } from "./fields";
import { latencyPresets, type LatencyPreset } from "./latency";
import { limitNames, type LimitName } from "./limits";
import type { Route } from "./resource";
import { withHost } from "./resources/servers/hosts";
import { serverKind } from "./resources/servers/serverRow";
import { authenticate, type Serving } from "./serving";

/** A service beside the API that the admin interface can stop and start. */
export interface Service {
  stop(): Promise<void>;
  start(): Promise<void>;
  /**
   * Any other verb. Resolves to the answer, or to undefined for a verb that the service does not
   * know.
   *
   * @throws ServiceCallError that says what is wrong with the body
   */
  call?(verb: string, body: unknown): Promise<unknown>;
}

/** A service refuses a call. The message says what is wrong and what is allowed. */
export class ServiceCallError extends Error {}

export interface AdminOptions extends Serving {
  readonly routes: readonly Route[];
  readonly services: Readonly<Record<string, Service>>;
  readonly status: () => unknown;
}

const times = { type: "integer", min: 1 } as const;
const text = { type: "string", min: 1, required: true } as const;
const message = { type: "string" } as const;
const maxDelayMs = 600_000;

/** The fields of each kind of fault. */
const faultFields = {
  fail: { route: text, code: { ...text, oneOf: errorCodes }, message, times },
  slow: { route: text, ms: { type: "integer", min: 1, max: maxDelayMs, required: true }, times },
  drop: { route: text, when: { ...text, oneOf: ["before", "after"] }, times },
  action: { command: text, code: text, message, times },
  soldOut: { serverType: text, location: text },
} as const satisfies Record<FaultSpec["kind"], FieldTable>;

const latencies = Object.keys(latencyPresets);
const limit = { type: "integer", min: 0, nullable: true } as const;
// Object.fromEntries loses the keys, so the type names them again.
const limitFields = Object.fromEntries(limitNames.map((name) => [name, limit])) as Readonly<
  Record<LimitName, typeof limit>
>;
const settingsFields = {
  latency: { type: "string", oneOf: latencies },
  callsPerHour: { type: "integer", min: 1, nullable: true },
  limits: { type: "object", fields: limitFields },
} as const;

/**
 * The admin interface, below {@link adminPath}: outside of /v1, for requests from this machine only. All
 * routes except the status require the API's token, because other users of the machine can reach
 * loopback too.
 */
export function addAdminRoutes(server: FastifyInstance, options: AdminOptions): void {
  const { ctx, settings, services, token } = options;
  const { faults } = ctx;
  const guarded = { onRequest: (request: FastifyRequest) => guard(request, token) };
  server.get(`${adminPath}/status`, { onRequest: requireLoopback }, options.status);
  server.get(`${adminPath}/faults`, guarded, () => ({ faults: faults.all() }));
  server.post(`${adminPath}/faults`, guarded, (request, reply) =>
    reply.code(201).send({ fault: faults.add(readFault(request.body, options)) }),
  );
  server.delete(`${adminPath}/faults`, guarded, (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });
  server.delete<{ Params: { id: string } }>(
    `${adminPath}/faults/:id`,
    guarded,
    (request, reply) => {
      if (!faults.remove(Number(request.params.id))) throw notFound("fault", request.params.id);
      return reply.code(204).send();
    },
  );
  server.get(`${adminPath}/settings`, guarded, () => ({ settings: settings.current }));
  server.put(`${adminPath}/settings`, guarded, (request) => {
    const { latency, callsPerHour, limits } = parseFields(settingsFields, request.body);
    settings.change({
      // The field table allows only names of presets.
      ...(latency !== undefined && { latency: latencyPresets[latency as LatencyPreset] }),
      ...(callsPerHour !== undefined && { callsPerHour }),
      ...(limits !== undefined && { limits }),
    });
    return { settings: settings.current };
  });
  server.post<{ Params: { id: string; operation: string } }>(
    `${adminPath}/hosts/:id/:operation`,
    guarded,
    async (request, reply) => {
      await runFaultOperation(ctx, request.params.id, request.params.operation);
      return reply.code(204).send();
    },
  );
  server.post<{ Params: { name: string; verb: string } }>(
    `${adminPath}/services/:name/:verb`,
    guarded,
    async (request, reply) => {
      const { name, verb } = request.params;
      const answer = await callService(services, name, verb, request.body);
      return answer === undefined ? reply.code(204).send() : reply.send(answer);
    },
  );
}

// eslint-disable-next-line @typescript-eslint/require-await -- a hook without callback has to be async
async function guard(request: FastifyRequest, token: string | undefined): Promise<void> {
  checkLoopback(request);
  authenticate(request, token);
}

// eslint-disable-next-line @typescript-eslint/require-await -- a hook without callback has to be async
async function requireLoopback(request: FastifyRequest): Promise<void> {
  checkLoopback(request);
}

function checkLoopback(request: FastifyRequest): void {
  if (!/^(::1|(::ffff:)?127(\.\d+){3})$/.test(request.ip))
    throw apiError("forbidden", "the admin interface answers on loopback only");
}

/** @throws ApiError invalid_input, also for an unknown route, command or server type */
function readFault(body: unknown, { ctx, routes }: AdminOptions): FaultSpec {
  const kinds = Object.keys(faultFields) as FaultSpec["kind"][];
  const { kind } = parseFields({ kind: { ...text, oneOf: kinds } }, body);
  switch (kind as FaultSpec["kind"]) {
    case "fail": {
      const fields = parseFields(faultFields.fail, body);
      // The field table (`oneOf`) allows only these codes.
      return {
        kind: "fail",
        ...fields,
        route: known(fields.route, routes),
        code: fields.code as ErrorCode,
      };
    }
    case "slow": {
      const fields = parseFields(faultFields.slow, body);
      return { kind: "slow", ...fields, route: known(fields.route, routes) };
    }
    case "drop": {
      const fields = parseFields(faultFields.drop, body);
      return { kind: "drop", ...fields, route: known(fields.route, routes) };
    }
    case "action": {
      const fields = parseFields(faultFields.action, body);
      if (fields.command !== "*" && !ctx.actions.knows(fields.command))
        throw invalidField("command", `'${fields.command}' is not an action command`);
      return { kind: "action", ...fields };
    }
    case "soldOut": {
      const fields = parseFields(faultFields.soldOut, body);
      if (!ctx.faults.canSellOut(fields.serverType, fields.location))
        throw invalidField("serverType", `${fields.serverType} is not sold in ${fields.location}`);
      return { kind: "soldOut", ...fields };
    }
  }
}

function known(route: string, routes: readonly Route[]): string {
  const names = ["*", ...routes.map(({ method, path }) => `${method} ${path}`)];
  if (names.includes(route)) return route;
  throw invalidField(
    "route",
    `'${route}' is not a route of the API; docs/simulator.md lists the routes`,
  );
}

async function runFaultOperation(ctx: Context, id: string, name: string): Promise<void> {
  const operation = hostFaultOperations.find((known) => known === name);
  if (!operation)
    throw invalidField(
      "fault",
      `'${name}' is not a host fault; allowed: ${hostFaultOperations.join(", ")}`,
    );
  const server = ctx.store.table(serverKind).require(id);
  const { driver } = ctx;
  if (!driver.runFaultOperation || !server.host_made)
    throw apiError(
      "unsupported_error",
      `server ${server.name} has no host, so host faults are not possible`,
    );
  await withHost(
    ctx,
    server.id,
    () => driver.runFaultOperation?.(server.id, operation) ?? Promise.resolve(),
  );
}

/** @returns the answer of a verb that has one */
async function callService(
  services: AdminOptions["services"],
  name: string,
  verb: string,
  body: unknown,
): Promise<unknown> {
  const service = services[name];
  if (!service) {
    const known = Object.keys(services).join(", ") || "none";
    throw invalidField("service", `'${name}' is not a service; services: ${known}`);
  }
  if (verb === "stop") return service.stop();
  if (verb === "start") return service.start();
  try {
    const answer = await service.call?.(verb, body);
    if (answer !== undefined) return answer;
  } catch (error) {
    if (error instanceof ServiceCallError) throw invalidField(verb, error.message);
    throw error;
  }
  throw invalidField("verb", `'${verb}' is not allowed; allowed: stop, start`);
}
