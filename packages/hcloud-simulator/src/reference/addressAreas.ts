import type { Area } from "./area";

/** Resources other than servers that have a public address. */
export const addressAreas: readonly Area[] = [
  {
    title: "Primary IPs",
    paths: ["primary_ips"],
    tests: ["primaryIps.test.ts"],
    goTests: ["TestPrimaryIP", "TestPrimaryIp", "TestRdns"],
    commands: ["primary-ip"],
    differences: [
      {
        what: "Addresses are from 198.18.0.0/15 and fd5a:6a68::/32.",
        reason: "No real machine has these addresses, so the simulator cannot reach the internet.",
      },
      {
        what: "No address is ever `blocked`.",
        reason: "The addresses lead nowhere, so they cannot be abused.",
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
        reason: "Only names, labels, assignments and reverse DNS are simulated.",
      },
      {
        what: "A server in another network zone is refused with 422 `service_error`. A floating IP without a name gets the name `floating_ip-ID`.",
        reason: "Hetzner does not document the error code and the default name.",
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
        what: "A load balancer has a type, an algorithm, addresses and reverse DNS, but forwards no traffic. Creating one with services, targets or a network, or without a public interface, answers 422 `unsupported_error`.",
        reason: "Forwarding of traffic is not simulated: clients reach hosts directly.",
      },
      {
        what: "With a network zone, the load balancer is created in the first location of the zone.",
        reason: "Hetzner does not document which location it chooses.",
      },
    ],
  },
];
