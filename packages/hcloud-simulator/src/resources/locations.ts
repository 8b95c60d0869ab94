import { locationList } from "../catalogue/locations";
import { apiError, notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const locations = defineResource({
  kind: "location",
  routes: [
    route("GET", "/locations", {}, ({ query }) => {
      const page = listPage(locationList, query, { sort: ["id", "name"] });
      return { locations: page.rows, meta: page.meta };
    }),
    route("GET", "/locations/:id", {}, ({ params }) => {
      const location = locationList.find(({ id }) => id.toString() === params.id);
      if (!location) throw notFound("location", params.id ?? "");
      return { location };
    }),
    ...["/datacenters", "/datacenters/:id"].map((path) =>
      route("GET", path, {}, () => {
        // Removed in October 2026; the changelog points to locations.
        throw apiError("deprecated_api_endpoint", "this endpoint was removed, use /locations", {
          announcement: "https://docs.hetzner.cloud/changelog#2025-12-16-phasing-out-datacenters",
        });
      }),
    ),
  ],
});
