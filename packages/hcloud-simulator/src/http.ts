import type { Socket } from "node:net";

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { ApiError, apiError, invalidInput } from "./errors";
import type { Recorder } from "./recorder";

/**
 * A firewall with the maximum of rules and 32 KiB of user data fit. Larger bodies are a mistake.
 */
const bodyLimitBytes = 1024 * 1024;
/**
 * The name of a record set is part of the path. It has up to 253 characters, possibly
 * percent-encoded.
 */
const maxParamLength = 1024;

/** An HTTP server that answers every error in the API's form, also errors below HTTP. */
export function createHttpServer(recorder: Recorder): FastifyInstance {
  const server = fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength },
    frameworkErrors: (_error, request, reply) => void answerUnknown(recorder, request, reply),
    clientErrorHandler: answerBrokenRequest,
  });
  acceptJson(server);
  answerErrors(server, recorder);
  return server;
}

/** Bodies are read as JSON whatever their content type is. An empty body is an empty object. */
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

/**
 * Answers a connection whose data Node's parser cannot read as a request. No route ever sees it.
 */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const answer =
    error.code === "HPE_HEADER_OVERFLOW"
      ? invalidInput([{ name: "request", messages: ["its URL and headers are too long"] }])
      : apiError("json_error", "this is not an HTTP request");
  const body = JSON.stringify(answer.envelope());
  const head = [
    `HTTP/1.1 ${answer.status.toString()} Error`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body).toString()}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
