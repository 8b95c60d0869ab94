import { type IncomingMessage, get as httpGet } from "node:http";
import { get as httpsGet, type Agent } from "node:https";

export interface UpstreamResponse {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly body: IncomingMessage;
}

export interface RequestOptions {
  /** For https, with the authorities that it trusts. Default: those that Node.js has built in. */
  readonly agent?: Agent;
  /** Ends the request, and the body too. */
  readonly signal?: AbortSignal;
  /** Refuses a redirect from https to http. Default: false. */
  readonly httpsOnly?: boolean;
}

/** A mirror that sends nothing for this long is considered down, in milliseconds. */
const silenceMs = 30_000;

/** Mirror networks redirect to a near server. More redirects than this are a loop. */
const maxRedirects = 5;

/**
 * Sends a GET request and follows redirects. The body arrives as it is stored: Accept-Encoding is
 * not sent, because apt checks the hashes of the exact bytes.
 *
 * @throws Error when the server cannot be reached, sends nothing for 30 s or redirects more than 5
 *   times
 */
export async function getFrom(
  url: string,
  headers: Record<string, string>,
  options: RequestOptions = {},
  redirects = maxRedirects,
): Promise<UpstreamResponse> {
  const body = await request(url, headers, options);
  const status = body.statusCode ?? 0;
  const { location, etag } = body.headers;
  if (status >= 300 && status < 400 && status !== 304 && location !== undefined) {
    body.resume();
    if (redirects === 0) throw new Error(`${url} redirects more than ${maxRedirects} times`);
    const next = new URL(location, url).href;
    if (options.httpsOnly === true && !next.startsWith("https:")) {
      throw new Error(`${url} redirects to ${next}, which has no TLS`);
    }
    return getFrom(next, headers, options, redirects - 1);
  }
  return { status, etag, lastModified: body.headers["last-modified"], body };
}

function request(
  url: string,
  headers: Record<string, string>,
  { agent, signal }: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const all = { headers: { ...headers, "user-agent": "jitsi-hetzner-sandbox" }, signal };
    const sent = url.startsWith("https:")
      ? httpsGet(url, { ...all, agent }, resolve)
      : httpGet(url, all, resolve);
    sent.setTimeout(silenceMs, () => {
      sent.destroy(new Error(`${new URL(url).host} sent nothing for ${silenceMs / 1000} s`));
    });
    sent.on("error", reject);
  });
}
