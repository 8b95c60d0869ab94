import { request as httpsRequest, createServer, Agent, type Server } from "node:https";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createSecureContext } from "node:tls";
import { withIntermediate } from "./chain";
import type { Ledger } from "./ledger";
import {
  directoryPaths,
  kindOf,
  newAccountPath,
  newOrderPath,
  orderRequest,
  payloadOf,
  type RequestKind,
} from "./requests";

/** A directory of the ACME server: the same server under one of its names. */
export interface AcmeDirectory {
  readonly host: string;
  /** TLS certificate and key (PEM). */
  readonly tls: { readonly cert: string; readonly key: string };
  /** Whether its certificates are valid wherever the sandbox's authority is trusted. */
  readonly publiclyTrusted: boolean;
}

/** Where the ACME server itself answers. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
  /** PEM of the certificate that verifies it, and the name in its own. */
  readonly ca: string;
  readonly name: string;
  /** PEM of the cross-signed intermediate. */
  readonly intermediate: string;
}

export interface FrontOptions {
  readonly addresses: readonly string[];
  /** 443 in a sandbox. With 0 the system chooses (for tests). */
  readonly port: number;
  /** By their short name: production, staging. */
  readonly directories: Readonly<Record<string, AcmeDirectory>>;
  readonly upstream: Upstream;
  readonly ledger: Ledger;
  /** Names that CAA records can allow, as the directory tells clients. */
  readonly caaIdentities: readonly string[];
}

export interface Front {
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** An answer to an ACME client. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request of an ACME client. */
export interface AcmeRequest {
  /** Short name of the directory. */
  readonly directory: string;
  readonly kind: RequestKind;
  readonly method: string;
  /** Pebble's path. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The signed payload, if any. */
  readonly payload: unknown;
}

/** Requests of ACME have a few kilobytes. */
const maxBodyBytes = 1024 * 1024;
const upstreamTimeoutMs = 30_000;

/**
 * Serves the ACME server to the hosts, under the names of public ones. It passes requests on,
 * counts them, and gives certificates the chain that hosts trust.
 *
 * @throws Error if an address cannot be bound
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
    agent.destroy();
  };
  const ports: number[] = [];
  try {
    for (const address of options.addresses) {
      const server = createServer(tlsOptions(options), (request, response) => {
        serve(options, agent, request, response).catch((error: unknown) => {
          const detail = error instanceof Error ? error.message : String(error);
          response.writeHead(502, { "content-type": "text/plain" }).end(`${detail}\n`);
        });
      });
      servers.push(server);
      ports.push(await listen(server, address, options.port));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, close };
}

/** Each directory has a certificate of its own. A client without SNI gets the first. */
function tlsOptions({ directories }: FrontOptions) {
  const byHost = new Map(
    Object.values(directories).map(({ host, tls }) => [host, createSecureContext(tls)]),
  );
  const [first] = Object.values(directories);
  return {
    ...first?.tls,
    SNICallback: (
      name: string,
      done: (error: Error | null, context?: ReturnType<typeof createSecureContext>) => void,
    ) => {
      done(null, byHost.get(name.toLowerCase()));
    },
  };
}

async function serve(
  options: FrontOptions,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const host = (incoming.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const directory = Object.entries(options.directories).find(([, { host: own }]) => own === host);
  if (directory === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end(`${host} is not served here\n`);
    return;
  }
  const body = await bodyOf(incoming);
  const path = pebblePath(incoming.url ?? "/");
  const request: AcmeRequest = {
    directory: directory[0],
    kind: kindOf(path),
    method: incoming.method ?? "GET",
    path,
    headers: incoming.headers,
    body,
    payload: payloadOf(body),
  };
  options.ledger.request(request.directory, request.kind);
  const answer = await pass(options.upstream, agent, request);
  record(options.ledger, request, answer);
  send(response, rewritten(options, directory[1], request, answer));
}

/** The path of pebble for a path of the public directory. */
function pebblePath(url: string): string {
  const path = url.split("?")[0] ?? "/";
  return path === directoryPaths.public ? directoryPaths.pebble : path;
}

/** Sends a request to pebble, with the client's own Host, from which pebble makes its links. */
async function pass(upstream: Upstream, agent: Agent, request: AcmeRequest): Promise<Answer> {
  const { method, path, body } = request;
  const passed = ["host", "content-type", "accept", "accept-language", "user-agent", "date"];
  const headers = Object.fromEntries(
    passed.map((name) => [name, request.headers[name]]).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      {
        ...{ agent, host: upstream.address, port: upstream.port, method, path },
        ...{ ca: upstream.ca, servername: upstream.name, timeout: upstreamTimeoutMs },
        headers: body.length === 0 ? headers : { ...headers, "content-length": body.length },
      },
      (answer) => {
        bodyOf(answer).then((text) => {
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        }, reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("the ACME server did not answer in time")));
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Counts what an answer has changed. */
function record(
  ledger: Ledger,
  { directory, kind, path, payload }: AcmeRequest,
  answer: Answer,
): void {
  if (path === newAccountPath && answer.status === 201) ledger.account(directory);
  if (kind !== "order" && kind !== "finalize") return;
  const fields = jsonOf(answer);
  if (path === newOrderPath) {
    const location = answer.headers.location;
    ledger.order(directory, orderRequest(payload), {
      path: location === undefined ? undefined : new URL(location).pathname,
      status: textField(fields, "status") ?? textField(fields, "type") ?? answer.status.toString(),
    });
    return;
  }
  const status = answer.status === 200 ? textField(fields, "status") : undefined;
  // The path ends with the order's id, in both.
  const orderPath = `/my-order/${path.split("/").at(-1) ?? ""}`;
  if (status !== undefined) ledger.orderStatus(orderPath, status);
}

/** The answer with the names and the chain of a public authority. */
function rewritten(
  { caaIdentities, upstream }: FrontOptions,
  directory: AcmeDirectory,
  { kind }: AcmeRequest,
  answer: Answer,
): Answer {
  if (answer.status !== 200) return answer;
  if (kind === "directory") {
    const fields = jsonOf(answer) as { meta?: object };
    const meta = { ...fields.meta, caaIdentities };
    return { ...answer, body: Buffer.from(JSON.stringify({ ...fields, meta }, null, 2)) };
  }
  if (kind !== "certificate" || !directory.publiclyTrusted) return answer;
  const chain = withIntermediate(answer.body.toString("utf8"), upstream.intermediate);
  return { ...answer, body: Buffer.from(chain) };
}

function jsonOf({ body }: Answer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  } catch {
    // HEAD requests and certificates have no JSON.
    return {};
  }
}

const textField = (fields: Readonly<Record<string, unknown>>, name: string): string | undefined =>
  typeof fields[name] === "string" ? fields[name] : undefined;

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const kept = Object.entries(headers).filter(
    ([name]) => !["content-length", "connection", "transfer-encoding", "keep-alive"].includes(name),
  );
  response.writeHead(status, { ...Object.fromEntries(kept), "content-length": body.length });
  // Node.js sends no body in the answer to HEAD.
  response.end(body);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > maxBodyBytes) throw new Error("the message is too large for ACME");
  }
  return Buffer.concat(parts);
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // The error of a server that never listened can be ignored, because there is nothing to close.
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
