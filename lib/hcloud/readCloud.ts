import { list, object, readableRows, type Read } from "./answer";
import type { CloudFacts, ServerTypeFact, ZoneFact } from "./cloudFacts";
import * as read from "./factReaders";
import { ApiError, type HcloudApi } from "./hcloudApi";

interface Wanted {
  /** Of the objects of the stack. */
  readonly labelSelector: string;
  readonly image: string;
  /** Types that must be readable. */
  readonly serverTypes: readonly string[];
  readonly dnsZone?: string;
}

/** Reads what the checks need. Changes nothing. @throws AnswerError, ApiError, UnreachableError */
export async function readCloud(api: HcloudApi, wanted: Wanted): Promise<CloudFacts> {
  const image = encodeURIComponent(wanted.image);
  const selector = `label_selector=${encodeURIComponent(wanted.labelSelector)}`;
  const [serverTypes, images, servers, primaryIps, networks, { pricing }, zone] = await Promise.all(
    [
      api.list("/server_types", "server_types", serverTypesWith(wanted.serverTypes)),
      api.list(`/images?name=${image}&include_deprecated=true`, "images", list(read.image)),
      api.list(`/servers?${selector}`, "servers", list(read.server)),
      // An address that cannot be read is not compared.
      api.list(`/primary_ips?${selector}`, "primary_ips", readableRows(read.primaryIp)),
      // A network that cannot be read causes no warning, and no harm.
      api.list("/networks", "networks", readableRows(read.network)),
      api.get("/pricing", object({ pricing: read.pricing })),
      wanted.dnsZone === undefined ? undefined : readZone(api, wanted.dnsZone),
    ],
  );
  return { serverTypes, images, servers, primaryIps, networks, pricing, zone };
}

/** A type of a kind that this program does not know is left out, unless it is one of the needed types. */
function serverTypesWith(needed: readonly string[]): Read<ServerTypeFact[]> {
  return readableRows(read.serverType, (row) => {
    const name = (row as { name?: unknown } | null)?.name;
    return typeof name !== "string" || needed.includes(name);
  });
}

async function readZone(api: HcloudApi, name: string): Promise<ZoneFact | undefined> {
  const path = `/zones/${encodeURIComponent(name)}`;
  try {
    const [{ zone }, rrsets] = await Promise.all([
      api.get(path, object({ zone: read.zone })),
      api.list(`${path}/rrsets?type=A&type=AAAA&type=CNAME`, "rrsets", list(read.rrset)),
    ]);
    return { ...zone, rrsets };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
