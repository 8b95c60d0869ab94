import { createServer, Agent, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createSecureContext } from "node:tls";
import {
  jsonOf,
  problemAnswer,
  textField,
  withJson,
  type AcmeRequest,
  type Answer,
} from "./answer";
import { closeServer, listen } from "../web/listen";
import { withIntermediate } from "./chain";
import { faultAnswer } from "./faultAnswers";
import type { AcmeFaults } from "./faults";
import type { Ledger } from "./ledger";
import { badNonce, problem } from "./problems";
import * as requests from "./requests";
import { askUpstream, bodyOf, type Upstream } from "./upstream";
import { Validations, type IssuanceCheck } from "./validations";

/** A directory of the ACME server: the same server under one of its names. */
export interface AcmeDirectory {
  readonly host: string;
  /** TLS certificate and key (PEM). */
  readonly tls: { readonly cert: string; readonly key: string };
  /** Whether its certificates are valid wherever the sandbox's authority is trusted. */
  readonly publiclyTrusted: boolean;
}

export interface FrontOptions {
  readonly addresses: readonly string[];
  /** 443 in a sandbox. With 0 the system chooses (for tests). */
  readonly port: number;
  /** By their short name: production, staging. */
  readonly directories: Readonly<Record<string, AcmeDirectory>>;
  readonly upstream: Upstream;
  readonly ledger: Ledger;
  readonly faults: AcmeFaults;
  /** Called for each name that is validated. */
  readonly check: IssuanceCheck;
  /** Names that CAA records can allow, as the directory tells clients. */
  readonly caaIdentities: readonly string[];
}

export interface Front {
  readonly ports: readonly number[];
  close(): Promise<void>;
}

/** The options, and what the requests of one front share. */
interface Serving extends FrontOptions {
  readonly agent: Agent;
  readonly validations: Validations;
}

/**
 * Serves the ACME server to the hosts, under the names of public ones. It passes requests on,
 * counts them, gives certificates the chain that hosts trust, and makes faults on demand.
 *
 * @throws Error if an address cannot be bound
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const serving: Serving = {
    ...options,
    agent: new Agent({ keepAlive: true }),
    validations: new Validations(options.faults, options.check),
  };
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map(closeServer));
    serving.agent.destroy();
  };
  const ports: number[] = [];
  try {
    for (const address of options.addresses) {
      const server = createServer(tlsOptions(options), (request, response) => {
        serve(serving, request, response).catch((error: unknown) => {
          if (response.headersSent) {
            response.destroy();
            return;
          }
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
  serving: Serving,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const host = (incoming.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  const found = Object.entries(serving.directories).find(([, { host: own }]) => own === host);
  if (found === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end(`${host} is not served here\n`);
    return;
  }
  const [name, directory] = found;
  const request = await readRequest(name, incoming);
  serving.ledger.request(name, request.kind);
  const answer =
    (await faultAnswer(serving.faults, request, () => freshNonce(serving, request))) ??
    (await ownAnswer(serving, request));
  if (answer === "drop") {
    incoming.socket.destroy();
    return;
  }
  record(serving.ledger, request, answer);
  send(response, rewritten(serving, directory, request, answer));
}

async function readRequest(directory: string, incoming: IncomingMessage): Promise<AcmeRequest> {
  const body = await bodyOf(incoming);
  const path = requests.pebblePath(incoming.url ?? "/");
  return {
    directory,
    kind: requests.kindOf(path),
    method: incoming.method ?? "GET",
    path,
    headers: incoming.headers,
    body,
    payload: requests.payloadOf(body),
  };
}

/** The answer of the ACME server, with the validations that must fail. */
async function ownAnswer(serving: Serving, request: AcmeRequest): Promise<Answer> {
  const { validations, upstream, agent } = serving;
  if (request.kind === "finalize" && validations.refusesFinalize(request.path)) {
    const notReady = problem("orderNotReady", "The order has an invalid authorization", 403);
    return problemAnswer(notReady, await freshNonce(serving, request));
  }
  return validations.answer(request, await askUpstream(upstream, agent, request));
}

async function freshNonce(
  { upstream, agent }: Serving,
  { headers }: AcmeRequest,
): Promise<string | undefined> {
  const { host, "user-agent": userAgent } = headers;
  const answer = await askUpstream(upstream, agent, {
    method: "HEAD",
    path: requests.noncePath,
    headers: { host, "user-agent": userAgent },
    body: Buffer.alloc(0),
  });
  const nonce = answer.headers["replay-nonce"];
  return typeof nonce === "string" ? nonce : undefined;
}

/** Counts what an answer has changed. */
function record(ledger: Ledger, request: AcmeRequest, answer: Answer): void {
  const { directory, kind, path, payload } = request;
  if (path === requests.newAccountPath && answer.status === 201) ledger.account(directory);
  if (kind !== "order" && kind !== "finalize") return;
  const fields = jsonOf(answer);
  // The client sends it again.
  if (textField(fields, "type") === badNonce.type) return;
  const order = requests.orderPathOf(path, answer.headers.location);
  const status = answer.status < 400 ? textField(fields, "status") : undefined;
  if (path === requests.newOrderPath) {
    const outcome = status ?? textField(fields, "type") ?? answer.status.toString();
    ledger.order(directory, requests.orderRequest(payload), { path: order, status: outcome });
  } else if (status !== undefined && order !== undefined) {
    ledger.orderStatus(order, status);
  }
}

/** The answer with the names and the chain of a public authority. */
function rewritten(
  { caaIdentities, upstream }: Serving,
  directory: AcmeDirectory,
  { kind }: AcmeRequest,
  answer: Answer,
): Answer {
  if (answer.status !== 200) return answer;
  if (kind === "directory") {
    const fields = jsonOf(answer) as { meta?: object; newOrder?: string };
    // A fault has replaced it.
    if (fields.newOrder === undefined) return answer;
    return withJson(answer, { ...fields, meta: { ...fields.meta, caaIdentities } });
  }
  if (kind !== "certificate" || !directory.publiclyTrusted) return answer;
  const chain = withIntermediate(answer.body.toString("utf8"), upstream.intermediate);
  return chain === "" ? answer : { ...answer, body: Buffer.from(chain) };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const own = ["content-length", "connection", "transfer-encoding", "keep-alive"];
  const kept = Object.entries(headers).filter(([name]) => !own.includes(name));
  response.writeHead(status, { ...Object.fromEntries(kept), "content-length": body.length });
  // Node.js sends no body in the answer to HEAD.
  response.end(body);
}
