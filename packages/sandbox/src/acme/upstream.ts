import { request as httpsRequest, type Agent } from "node:https";
import type { IncomingMessage } from "node:http";
import type { AcmeRequest, Answer } from "./answer";

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

/** Requests of ACME have a few kilobytes. */
const maxBodyBytes = 1024 * 1024;
const timeoutMs = 30_000;
const passedHeaders = ["host", "content-type", "accept", "accept-language", "user-agent"] as const;

/**
 * Sends a request to the ACME server, with the client's own Host, from which pebble makes its links.
 *
 * @throws Error when it does not answer in 30 s
 */
export function askUpstream(
  upstream: Upstream,
  agent: Agent,
  { method, path, headers, body }: Pick<AcmeRequest, "method" | "path" | "headers" | "body">,
): Promise<Answer> {
  const passed = passedHeaders.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(
      {
        ...{ agent, host: upstream.address, port: upstream.port, method, path },
        ...{ ca: upstream.ca, servername: upstream.name, timeout: timeoutMs },
        headers: {
          ...Object.fromEntries(passed),
          ...(body.length > 0 && { "content-length": body.length }),
        },
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

/** @throws Error for a body that is too large for ACME */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of message) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > maxBodyBytes) throw new Error("the message is too large for ACME");
  }
  return Buffer.concat(parts);
}
