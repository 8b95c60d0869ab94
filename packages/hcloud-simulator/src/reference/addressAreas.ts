import type { Area } from "./area";

/** What has a public address without being a server. */
export const addressAreas: readonly Area[] = [
  {
    title: "Primary IPs",
    paths: ["primary_ips"],
    tests: ["primaryIps.test.ts"],
    goTests: ["TestPrimaryIP", "TestPrimaryIp", "TestRdns"],
    commands: ["primary-ip"],
    differences: [
      {
        what: "Addresses are out of 198.18.0.0/15 and fd5a:6a68::/32.",
        reason: "No real machine has them, so nothing here can be mistaken for the internet.",
      },
      {
        what: "None is ever `blocked`.",
        reason: "Nobody can abuse an address that leads nowhere.",
      },
    ],
  },
  {
    title: "Floating IPs",
    paths: ["floating_ips"],
    tests: ["floatingIps.test.ts"],
    goTests: [
      "TestFloatingIP",
      "TestFloatingIp",
      "TestFloatingIpAssignment",
      "TestRdnsOfAddresses",
    ],
    commands: ["floating-ip"],
    differences: [
      {
        what: "No packet for a floating IP reaches a host.",
        reason:
          "The cluster uses primary IPs. What is simulated are names, labels and reverse DNS.",
      },
      {
        what: "A server in another network zone is refused with 422 `service_error`; one without a name is called `floating_ip-ID`.",
        reason: "Hetzner's error code and default name are not documented.",
      },
    ],
  },
  {
    title: "Load balancers",
    paths: ["load_balancers", "load_balancer_types"],
    tests: ["loadBalancers.test.ts"],
    goTests: ["TestLoadBalancer", "TestRdnsOfAddresses"],
    commands: ["load-balancer-type"],
    differences: [
      {
        what: "A load balancer has a type, an algorithm, addresses and reverse names, and balances nothing. A creation with services, targets or a network, or without a public interface, answers 422 `unsupported_error`.",
        reason: "Media goes past any load balancer, straight to the bridges.",
      },
      {
        what: "With a network zone it is made in the zone's first location.",
        reason: "Which location Hetzner takes is not documented.",
      },
    ],
  },
];
