import type { Deprecation } from "./deprecation";
import { locationList } from "./locations";
import { typePriceAt, type TypePrice } from "./prices";

/** As in GET /load_balancer_types. */
export interface LoadBalancerType {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly max_connections: number;
  readonly max_services: number;
  readonly max_targets: number;
  readonly max_assigned_certificates: number;
  readonly deprecation: Deprecation | null;
  readonly prices: readonly TypePrice[];
}

/** Sizes are the vendor's. Prices (net EUR a month) are an example. */
export const loadBalancerTypeList: readonly LoadBalancerType[] = [
  size(1, "lb11", 10_000, 5, 25, 10, 5.39),
  size(2, "lb21", 20_000, 15, 75, 25, 16.4),
  size(3, "lb31", 40_000, 30, 150, 50, 32.9),
];

function size(
  id: number,
  name: string,
  connections: number,
  services: number,
  targets: number,
  certificates: number,
  monthly: number,
): LoadBalancerType {
  return {
    id,
    name,
    description: name.toUpperCase(),
    max_connections: connections,
    max_services: services,
    max_targets: targets,
    max_assigned_certificates: certificates,
    deprecation: null,
    prices: locationList.map((location) => typePriceAt(location, monthly)),
  };
}

/** By id or name. */
export function findLoadBalancerType(idOrName: number | string): LoadBalancerType | undefined {
  return loadBalancerTypeList.find(
    ({ id, name }) => name === idOrName || String(id) === String(idOrName),
  );
}
