import type { Context } from "../context";
import type { Labels } from "../labels";

import { primaryIpKind, type PrimaryIpRow } from "./primaryIpRow";
import { freeAddress } from "./publicAddresses";
import type { IpType } from "./reverseNames";

export interface NewPrimaryIp {
  readonly type: IpType;
  readonly location: string;
  readonly autoDelete: boolean;
  /** Default: primary_ip-<number>, the API's name for primary IPs that it creates itself. */
  readonly name?: string;
  readonly labels?: Labels;
  readonly assignee?: number;
}

/**
 * @throws ApiError resource_limit_exceeded, resource_unavailable when no address is free,
 *   uniqueness_error
 */
export function createPrimaryIp(ctx: Context, wanted: NewPrimaryIp): PrimaryIpRow {
  const { store } = ctx;
  ctx.limits.requireRoom("primary_ips", primaryIpKind);
  return store.table(primaryIpKind).insert({
    name: wanted.name ?? `primary_ip-${store.peek("resource").toString()}`,
    type: wanted.type,
    ip: freeAddress(ctx, wanted.type),
    labels: wanted.labels ?? {},
    location: wanted.location,
    assignee_id: wanted.assignee ?? null,
    auto_delete: wanted.autoDelete,
    protection: { delete: false },
    dns_ptr: {},
    created: new Date().toISOString(),
  });
}
