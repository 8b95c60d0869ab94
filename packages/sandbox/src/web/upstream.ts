import { type IncomingMessage, get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";

export interface UpstreamResponse {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly body: IncomingMessage;
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
  redirects = maxRedirects,
): Promise<UpstreamResponse> {
  const body = await request(url, headers);
  const status = body.statusCode ?? 0;
  const { location, etag } = body.headers;
  if (status >= 300 && status < 400 && status !== 304 && location !== undefined) {
    body.resume();
    if (redirects === 0) throw new Error(`${url} redirects more than ${maxRedirects} times`);
    return getFrom(new URL(location, url).href, headers, redirects - 1);
  }
  return { status, etag, lastModified: body.headers["last-modified"], body };
}

function request(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith("https:") ? httpsGet : httpGet;
    const sent = get(
      url,
      { headers: { ...headers, "user-agent": "jitsi-hetzner-sandbox" } },
      resolve,
    );
    sent.setTimeout(silenceMs, () => {
      sent.destroy(new Error(`${new URL(url).host} sent nothing for ${silenceMs / 1000} s`));
    });
    sent.on("error", reject);
  });
}
