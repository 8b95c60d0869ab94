import { freeInterface, privateInterfaceLines, publicMac } from "../../../src/hosts/hostNetwork";
import { sandboxIdentity } from "../../../src/identity";

describe("privateInterfaceLines", () => {
  it("gives the host a /32 address and routes everything through the gateway", () => {
    const attachment = {
      networkId: 1,
      networkCidr: "10.0.0.0/16",
      ip: "10.0.1.2",
      gateway: "10.0.0.1",
      mac: "86:00:00:00:00:01",
    };
    expect(privateInterfaceLines(attachment, "enp7s0")).toEqual([
      "link set enp7s0 mtu 1450 gso_max_segs 65535 up",
      "addr replace 10.0.1.2/32 dev enp7s0",
      "route replace 10.0.0.1/32 dev enp7s0 scope link src 10.0.1.2",
      "route replace 10.0.0.0/16 via 10.0.0.1 dev enp7s0 src 10.0.1.2",
    ]);
  });
});

describe("freeInterface", () => {
  it("returns the names in Hetzner's order, without those in use", () => {
    expect(freeInterface(["lo", "eth0"])).toBe("enp7s0");
    expect(freeInterface(["lo", "eth0", "enp7s0"])).toBe("enp8s0");
    expect(freeInterface(["enp8s0"])).toBe("enp7s0");
  });

  it("refuses a fourth network", () => {
    expect(() => freeInterface(["enp7s0", "enp8s0", "enp9s0"])).toThrow(
      "a server can be in at most 3 networks",
    );
  });
});

describe("publicMac", () => {
  it("is stable, a unicast address, and different for each host and sandbox", () => {
    const [one, two] = [sandboxIdentity("/one", 1), sandboxIdentity("/two", 2)];
    expect(publicMac(one, 7)).toBe(publicMac(one, 7));
    expect(publicMac(one, 7)).toMatch(/^96:00(:[0-9a-f]{2}){4}$/);
    expect(new Set([publicMac(one, 7), publicMac(one, 8), publicMac(two, 7)]).size).toBe(3);
  });
});
