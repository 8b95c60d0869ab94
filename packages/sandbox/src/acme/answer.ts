import type { IncomingHttpHeaders } from "node:http";
import type { Problem } from "./problems";
import type { RequestKind } from "./requests";

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

/** An answer to an ACME client. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The fields of an answer; empty when it has no JSON, like certificates. */
export function jsonOf({ body }: Answer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  } catch {
    // HEAD requests and certificates have no JSON.
    return {};
  }
}

/** The same answer with other fields. */
export const withJson = (answer: Answer, fields: object): Answer => ({
  ...answer,
  body: Buffer.from(`${JSON.stringify(fields, null, 2)}\n`),
});

/** A text field of an answer. */
export function textField(
  fields: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** An error with the next nonce, which every answer to a signed request has. */
export function problemAnswer(
  problem: Problem,
  nonce: string | undefined,
  retryAfter?: number,
): Answer {
  return {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      ...(nonce !== undefined && { "replay-nonce": nonce }),
      ...(retryAfter !== undefined && { "retry-after": retryAfter.toString() }),
    },
    body: Buffer.from(`${JSON.stringify(problem, null, 2)}\n`),
  };
}
