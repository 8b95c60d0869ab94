import { notSimulated } from "../errors";
import { defineResource, type Method, type Route } from "../resource";

/** Parts of the API that have no code here, by path, with the reason. */
export const missingAreas: readonly { readonly path: string; readonly reason: string }[] = [
  { path: "volumes", reason: "hosts have one disk; nothing that is tested here uses volumes" },
  { path: "floating_ips", reason: "primary IPs stay over a server's life and do what is needed" },
  { path: "load_balancers", reason: "media goes past any load balancer, straight to the bridges" },
  { path: "load_balancer_types", reason: "there are no load balancers" },
  { path: "certificates", reason: "they belong to load balancers only" },
  { path: "storage_boxes", reason: "they are another product, behind another endpoint" },
  { path: "storage_box_types", reason: "there are no storage boxes" },
];

const methods: readonly Method[] = ["GET", "POST", "PUT", "DELETE"];

function missing(method: Method, path: string, what: string): Route {
  return {
    method,
    path,
    status: 200,
    notSimulated: true,
    handle: () => {
      throw notSimulated(what);
    },
  };
}

/** All that the real API has and this one does not: a clear answer, and a record of who asked. */
export const notSimulatedAreas = defineResource({
  kind: "not_simulated",
  routes: [
    ...missingAreas.flatMap(({ path }) =>
      methods.flatMap((method) =>
        [`/${path}`, `/${path}/*`].map((url) => missing(method, url, path.replaceAll("_", " "))),
      ),
    ),
  ],
});
