import type { CloudFacts } from "../../../../../lib/hcloud/cloudFacts";
import { emptyCloud } from "./cloud";

/** The API over HTTP, as far as preflight asks it: a call that it does not know fails the test. */
export function fakeFetch(changes: Partial<CloudFacts> = {}): typeof fetch {
  const facts = { ...emptyCloud, ...changes };
  const bodies: Record<string, object> = {
    "/v1/server_types": { server_types: facts.serverTypes },
    "/v1/images": { images: facts.images },
    "/v1/servers": { servers: facts.servers },
    "/v1/primary_ips": { primary_ips: facts.primaryIps },
    "/v1/networks": { networks: facts.networks },
    "/v1/pricing": { pricing: facts.pricing },
    "/v1/zones/example.org/rrsets": { rrsets: facts.zone?.rrsets },
    ...(facts.zone && { "/v1/zones/example.org": { zone: facts.zone } }),
  };
  return (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input.toString());
    const body = bodies[pathname];
    if (body !== undefined) return Promise.resolve(Response.json(body));
    if (!/^\/v1\/(zones|servers)\//.test(pathname)) throw new Error(`nobody expected ${pathname}`);
    return Promise.resolve(
      Response.json({ error: { code: "not_found", message: "not found" } }, { status: 404 }),
    );
  };
}
