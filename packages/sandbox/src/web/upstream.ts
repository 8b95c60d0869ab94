import { type IncomingMessage, get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";

export interface UpstreamResponse {
  readonly status: number;
  readonly etag?: string;
  readonly lastModified?: string;
  readonly body: IncomingMessage;
}

/** A mirror that says nothing for so long is taken for down, ms. */
const silenceMs = 30_000;

/** Mirror networks redirect to a near server; more than this is a loop. */
const maxRedirects = 5;

/**
 * GET of one address, redirects followed. The body comes as it is stored: no Accept-Encoding is
 * sent, for apt checks the sums of the very bytes.
 *
 * @throws when the server cannot be reached, stays silent for 30 s or redirects more than 5 times
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
      sent.destroy(new Error(`${new URL(url).host} was silent for ${silenceMs / 1000} s`));
    });
    sent.on("error", reject);
  });
}
