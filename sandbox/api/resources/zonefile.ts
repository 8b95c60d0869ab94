import type { Context } from "../context";
import { defineResource, route } from "../resource";

import { requireZone, rrsetsOf, type ZoneRow } from "./zoneRow";

/** A zone as a zone file (RFC 1035), as `GET /zones/{id}/zonefile` gives it. */
export const zonefile = defineResource({
  kind: "zonefile",
  routes: [
    route("GET", "/zones/:id/zonefile", {}, ({ ctx, params }) => ({
      zonefile: zonefileText(ctx, requireZone(ctx, params.id)),
    })),
  ],
});

function zonefileText(ctx: Context, zone: ZoneRow): string {
  const lines = rrsetsOf(ctx, zone.id).flatMap(({ name, type, ttl, records }) =>
    records.map(({ value, comment }) => {
      const fields = [name, ...(ttl === null ? [] : [ttl.toString()]), "IN", type, value];
      return fields.join("\t") + (comment === "" ? "" : ` ; ${comment.replaceAll("\n", " ")}`);
    }),
  );
  return [`$ORIGIN\t${zone.name}.`, `$TTL\t${zone.ttl}`, ...lines, ""].join("\n");
}
