import { notSimulated } from "../errors";
import {
  definePart,
  defineResource,
  type Method,
  type Resource,
  type ResourceKind,
  type Route,
} from "../resource";

interface Missing {
  /** Below /v1. */
  readonly path: string;
  readonly reason: string;
}

/** Resources without code in the simulator, by the first segment of their paths. */
export const missingResources: readonly (Missing & { readonly kind: ResourceKind })[] = [
  {
    kind: "volume",
    path: "volumes",
    reason: "Hosts have one disk only.",
  },
  {
    kind: "certificate",
    path: "certificates",
    reason: "Only services of load balancers use certificates, and they are not simulated.",
  },
  {
    kind: "storage_box",
    path: "storage_boxes",
    reason: "They are another product with another endpoint.",
  },
  {
    kind: "storage_box_type",
    path: "storage_box_types",
    reason: "There are no storage boxes.",
  },
];

const noForwarding = "Load balancers do not forward traffic here.";

/** Operations without code in the simulator, of resources that are otherwise simulated. */
export const missingOperations: readonly (Missing & { readonly method: Method })[] = [
  ...[
    ...["add_service", "update_service", "delete_service", "add_target", "remove_target"],
    ...["attach_to_network", "detach_from_network"],
    ...["enable_public_interface", "disable_public_interface"],
  ].map((action) => ({
    method: "POST" as const,
    path: `load_balancers/:id/actions/${action}`,
    reason: noForwarding,
  })),
  { method: "GET", path: "load_balancers/:id/metrics", reason: noForwarding },
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

/** `load_balancers/:id/actions/add_target` in words: `add target of load balancers`. */
function operationWords(path: string): string {
  const [area = "", ...rest] = path.split("/");
  return `${rest.at(-1) ?? ""} of ${area}`.replaceAll("_", " ");
}

/**
 * Resources of the real API whose routes only answer that they are not simulated. Each request is
 * recorded.
 */
export const notSimulatedResources: readonly Resource[] = missingResources.map(({ kind, path }) =>
  defineResource({
    kind,
    routes: methods.flatMap((method) =>
      [`/${path}`, `/${path}/*`].map((url) => missing(method, url, path.replaceAll("_", " "))),
    ),
  }),
);

/** Operations of load balancers that only answer that they are not simulated. */
export const notSimulatedOperations = definePart({
  routes: missingOperations.map(({ method, path }) =>
    missing(method, `/${path}`, operationWords(path)),
  ),
});
