import { findLoadBalancerType, loadBalancerTypeList } from "../catalogue/loadBalancerTypes";
import { notFound } from "../errors";
import { listPage } from "../listing";
import { defineResource, route } from "../resource";

export const loadBalancerTypes = defineResource({
  kind: "load_balancer_type",
  routes: [
    route("GET", "/load_balancer_types", {}, ({ query }) => {
      const page = listPage(loadBalancerTypeList, query, { sort: ["id", "name"] });
      return { load_balancer_types: page.rows, meta: page.meta };
    }),
    route("GET", "/load_balancer_types/:id", {}, ({ params }) => {
      const type = findLoadBalancerType(Number(params.id));
      if (!type) throw notFound("load_balancer_type", params.id ?? "");
      return { load_balancer_type: type };
    }),
  ],
});
