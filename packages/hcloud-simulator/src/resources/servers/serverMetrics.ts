import { invalidField } from "../../errors";
import type { Query } from "../../listing";
import { definePart, route } from "../../resource";

import { serverKind } from "./serverRow";

/** The series of each metrics type (API reference). */
const series: Readonly<Record<string, readonly string[]>> = {
  cpu: ["cpu"],
  disk: [
    "disk.0.iops.read",
    "disk.0.iops.write",
    "disk.0.bandwidth.read",
    "disk.0.bandwidth.write",
  ],
  network: [
    "network.0.pps.in",
    "network.0.pps.out",
    "network.0.bandwidth.in",
    "network.0.bandwidth.out",
  ],
};
/** "If not provided, step will be adjusted to about 200 samples" (API reference). */
const defaultSamples = 200;
const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;

/** Metrics are not measured: every series is present, without values. */
export const serverMetrics = definePart({
  routes: [
    route("GET", "/servers/:id/metrics", {}, ({ ctx, params, query }) => {
      ctx.store.table(serverKind).require(params.id ?? "");
      const types = (query.type ?? []).flatMap((text) => text.split(","));
      if (types.length === 0) throw invalidField("type", "Missing data for required field.");
      const unknown = types.find((type) => !Object.hasOwn(series, type));
      if (unknown !== undefined) throw invalidField("type", `'${unknown}' is not a metrics type`);
      const [start, end] = [date(query, "start"), date(query, "end")];
      if (Date.parse(end) < Date.parse(start)) throw invalidField("end", "must be after start");
      const names = types.flatMap((type) => series[type] ?? []);
      return {
        metrics: {
          start,
          end,
          step: step(query, Date.parse(end) - Date.parse(start)),
          time_series: Object.fromEntries(names.map((name) => [name, { values: [] }])),
        },
      };
    }),
  ],
});

function date(query: Query, name: string): string {
  const text = query[name]?.[0];
  if (text === undefined) throw invalidField(name, "Missing data for required field.");
  if (!isoDate.test(text) || Number.isNaN(Date.parse(text)))
    throw invalidField(name, "must be a date in ISO 8601 form");
  return text;
}

function step(query: Query, spanMs: number): number {
  const text = query.step?.[0];
  if (text === undefined || text === "")
    return Math.max(1, Math.round(spanMs / 1000 / defaultSamples));
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidField("step", "must be a positive integer");
  return Number(text);
}
