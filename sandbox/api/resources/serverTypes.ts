import { serverTypeList } from "../catalogue/serverTypes";
import { notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const serverTypes = defineResource({
  kind: "server_type",
  routes: [
    route("GET", "/server_types", {}, ({ query }) => {
      const page = listPage(serverTypeList, query, { sort: ["id", "name"] });
      return { server_types: page.rows, meta: page.meta };
    }),
    route("GET", "/server_types/:id", {}, ({ params }) => {
      const serverType = serverTypeList.find(({ id }) => id.toString() === params.id);
      if (!serverType) throw notFound("server_type", params.id ?? "");
      return { server_type: serverType };
    }),
  ],
});
