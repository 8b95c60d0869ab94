import ipaddr from "ipaddr.js";
import { sandboxIdentity, slotCount } from "../../src/identity";

describe("sandboxIdentity", () => {
  const all = Array.from({ length: slotCount }, (_, slot) => sandboxIdentity("/a", slot));

  it("gives each slot its own ranges and port", () => {
    for (const key of ["ipv4Cidr", "ipv6Cidr"] as const) {
      expect(new Set(all.map((i) => i.network[key])).size).toBe(slotCount);
    }
    expect(new Set(all.map((i) => i.apiPort)).size).toBe(slotCount);
  });

  it("keeps all addresses of a slot inside its own ranges and the benchmark range", () => {
    const benchmark = ipaddr.IPv4.parseCIDR("198.18.0.0/15");
    for (const { network } of all) {
      const range = ipaddr.IPv4.parseCIDR(network.ipv4Cidr);
      for (const ip of [network.serviceIpv4, network.routerIpv4, network.firstHostIpv4]) {
        expect(ipaddr.IPv4.parse(ip).match(range)).toBe(true);
        expect(ipaddr.IPv4.parse(ip).match(benchmark)).toBe(true);
      }
      const range6 = ipaddr.IPv6.parseCIDR(network.ipv6Cidr);
      expect(ipaddr.IPv6.parse(network.routerIpv6).match(range6)).toBe(true);
    }
  });

  it("reserves addresses that no host and no other service gets", () => {
    for (const { network } of all) {
      const reserved = Object.values(network.reserved);
      const ipv4 = [network.serviceIpv4, network.routerIpv4, ...reserved.map((pair) => pair.ipv4)];
      const ipv6 = [network.serviceIpv6, network.routerIpv6, ...reserved.map((pair) => pair.ipv6)];
      expect(new Set(ipv4).size).toBe(ipv4.length);
      expect(new Set(ipv6).size).toBe(ipv6.length);
      const part = (ip: string): number => ipaddr.IPv4.parse(ip).octets[3] ?? 0;
      expect(Math.max(...ipv4.map(part))).toBeLessThan(part(network.firstHostIpv4));
      expect(
        ipv6.every((ip) => ipaddr.IPv6.parse(ip).match(ipaddr.IPv6.parseCIDR(network.ipv6Cidr))),
      ).toBe(true);
    }
  });

  it("names a sandbox by its folder", () => {
    expect(sandboxIdentity("/a", 0).name).toMatch(/^jh-[0-9a-f]{6}$/);
    expect(sandboxIdentity("/a", 0).name).toBe(sandboxIdentity("/a", 1).name);
    expect(sandboxIdentity("/a", 0).name).not.toBe(sandboxIdentity("/b", 0).name);
  });
});
