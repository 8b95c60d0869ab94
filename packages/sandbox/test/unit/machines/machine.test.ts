import ipaddr from "ipaddr.js";
import { parse } from "yaml";
import { sandboxIdentity, slotCount } from "../../../src/identity";
import { isMachineId, isServerId } from "../../../src/hosts/names";
import { machineAddresses, machineSpec, providerName } from "../../../src/machines/machine";
import { aMachine } from "./support";

describe("machineAddresses", () => {
  const slots = Array.from({ length: slotCount }, (_, slot) => sandboxIdentity("/a", slot));

  it("gives machines of all sandboxes addresses of their own, in no range of an API", () => {
    const all = slots.flatMap((identity) => [1, 2].map((n) => machineAddresses(identity, n)));
    expect(new Set(all.map(({ publicIpv4 }) => publicIpv4)).size).toBe(2 * slotCount);
    expect(new Set(all.map(({ publicIpv6 }) => publicIpv6)).size).toBe(2 * slotCount);
    const ranges = slots.map(({ network }) => ipaddr.parseCIDR(network.ipv4Cidr));
    const ranges6 = slots.map(({ network }) => ipaddr.parseCIDR(network.ipv6Cidr));
    for (const { publicIpv4, publicIpv6 } of all) {
      expect(ranges.some((range) => ipaddr.parse(publicIpv4).match(range))).toBe(false);
      expect(ranges6.some((range) => ipaddr.parse(publicIpv6).match(range))).toBe(false);
    }
  });

  it("stays in the ranges that the sandbox routes", () => {
    const [identity] = slots;
    if (identity === undefined) throw new Error("no slot");
    const { ipv4Cidr, ipv6Cidr } = identity.network.machines;
    const { publicIpv4, publicIpv6 } = machineAddresses(identity, 20);
    expect(ipaddr.parse(publicIpv4).match(ipaddr.parseCIDR(ipv4Cidr))).toBe(true);
    expect(ipaddr.parse(publicIpv6).match(ipaddr.parseCIDR(ipv6Cidr))).toBe(true);
  });
});

describe("machineSpec", () => {
  const identity = sandboxIdentity("/a", 1);

  it("has an id that no server of the API gets, and nothing of the API", () => {
    const spec = machineSpec(identity, aMachine());
    expect([isMachineId(spec.id), isServerId(spec.id)]).toEqual([true, false]);
    expect(spec).toMatchObject({ userData: "", sshKeys: [], networks: [], firewall: null });
  });

  it("boots the release of its system, and Debian 13 for another one", () => {
    const images = (["debian-13", "debian-12", "other"] as const).map(
      (os) => machineSpec(identity, aMachine({ os })).image,
    );
    expect(images).toEqual(["debian-13", "debian-12", "debian-13"]);
  });

  it("has a fixed network and the provider's host name instead of a seed for cloud-init", () => {
    const { files = new Map<string, string>() } = machineSpec(identity, aMachine());
    expect([...files.keys()].filter((path) => path.includes("seed"))).toEqual([]);
    expect(files.get("/etc/hostname")).toBe("vps47147\n");
    expect(parse(files.get("/etc/netplan/01-provider.yaml") ?? "")).toMatchObject({
      network: { ethernets: { eth0: { addresses: ["198.19.8.16/32", "fd5a:6a69:1:1::1/64"] } } },
    });
  });
});

describe("providerName", () => {
  it("tells nothing of the name in the sandbox", () => {
    expect(providerName({ number: 2, look: "provider" })).toBe("vps47184");
    expect(providerName({ number: 2, look: "plain" })).toBe("debian");
  });
});
