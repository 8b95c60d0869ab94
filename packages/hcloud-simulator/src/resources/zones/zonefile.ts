import type { Context } from "../../context";
import { definePart, route } from "../../resource";

import { requireZone, rrsetsOf, zoneKind, type ZoneRow } from "./zoneRow";
import { importZonefile } from "./zonefileImport";

/** Export and import of zone files (RFC 1035). */
export const zonefile = definePart({
  commands: { import_zonefile: {} },
  routes: [
    route("GET", "/zones/:id/zonefile", {}, ({ ctx, params }) => ({
      zonefile: zonefileText(ctx, requireZone(ctx, params.id)),
    })),
    route(
      "POST",
      "/zones/:id/actions/import_zonefile",
      { zonefile: { type: "string", required: true } },
      ({ ctx, params, body }) => {
        const zone = requireZone(ctx, params.id);
        importZonefile(ctx, zone, body.zonefile);
        const action = ctx.actions.start("import_zonefile", [{ id: zone.id, type: zoneKind.name }]);
        return { action: ctx.actions.toWire(action) };
      },
    ),
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
