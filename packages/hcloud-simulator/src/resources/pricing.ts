import { loadBalancerTypeList } from "../catalogue/loadBalancerTypes";
import { locationList } from "../catalogue/locations";
import { price, vatPercent } from "../catalogue/prices";
import { serverTypeList } from "../catalogue/serverTypes";
import { defineResource, route } from "../resource";

/** Net prices in EUR of everything except servers and load balancers, mid-2026. */
const net = {
  imagePerGbMonth: 0.0119,
  floatingIpMonth: 3,
  primaryIpv4Month: 0.5,
  primaryIpv4Hour: 0.0008,
  volumePerGbMonth: 0.0572,
};

export const pricing = defineResource({
  kind: "pricing",
  routes: [route("GET", "/pricing", {}, () => ({ pricing: priceList() }))],
});

function priceList() {
  return {
    currency: "EUR",
    vat_rate: vatPercent.toFixed(10),
    image: { price_per_gb_month: price(net.imagePerGbMonth) },
    floating_ip: { price_monthly: price(net.floatingIpMonth) },
    // Both types, because hcloud-go expects the same types as for primary IPs.
    floating_ips: ["ipv4", "ipv6"].map((type) => ({
      type,
      prices: everywhere(() => ({ price_monthly: price(net.floatingIpMonth) })),
    })),
    primary_ips: [
      primaryIp("ipv4", net.primaryIpv4Month, net.primaryIpv4Hour),
      primaryIp("ipv6", 0, 0),
    ],
    // 0 since August 2024: each server type has its own traffic price.
    traffic: { price_per_tb: price(0) },
    server_backup: { percentage: "20.0000000000" },
    server_types: serverTypeList.map(({ id, name, prices }) => ({ id, name, prices })),
    load_balancer_types: loadBalancerTypeList.map(({ id, name, prices }) => ({ id, name, prices })),
    volume: { price_per_gb_month: price(net.volumePerGbMonth) },
  };
}

function primaryIp(type: string, month: number, hour: number) {
  return {
    type,
    prices: everywhere(() => ({ price_hourly: price(hour), price_monthly: price(month) })),
  };
}

function everywhere<T extends object>(prices: () => T) {
  return locationList.map(({ name }) => ({ location: name, ...prices() }));
}
