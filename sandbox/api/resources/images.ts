import { imageList } from "../catalogue/images";
import { notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const images = defineResource({
  kind: "image",
  routes: [
    route("GET", "/images", {}, ({ query }) => {
      const deprecatedToo = query.include_deprecated?.[0] === "true";
      const rows = imageList.filter((image) => deprecatedToo || image.deprecated === null);
      const page = listPage(rows, query, {
        sort: ["id", "name", "created"],
        filters: {
          type: (image) => image.type,
          status: (image) => image.status,
          architecture: (image) => image.architecture,
          bound_to: () => null,
        },
      });
      return { images: page.rows, meta: page.meta };
    }),
    route("GET", "/images/:id", {}, ({ params }) => {
      const image = imageList.find(({ id }) => id.toString() === params.id);
      if (!image) throw notFound("image", params.id ?? "");
      return { image };
    }),
  ],
});
