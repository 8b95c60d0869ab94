import { findIso, isoList, type Iso } from "../catalogue/isos";
import { notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const isos = defineResource({
  kind: "iso",
  routes: [
    route("GET", "/isos", {}, ({ query }) => {
      const filters = { architecture: (row: { architecture: string }) => row.architecture };
      const page = listPage(isoList, query, { sort: ["id", "name"], filters });
      return { isos: page.rows, meta: page.meta };
    }),
    route("GET", "/isos/:id", {}, ({ params }) => ({ iso: requireIso(params.id ?? "") })),
  ],
});

/** @throws ApiError not_found */
export function requireIso(idOrName: number | string): Iso {
  const iso = findIso(idOrName);
  if (!iso) throw notFound("iso", idOrName);
  return iso;
}
