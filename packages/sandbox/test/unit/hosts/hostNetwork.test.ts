import { freeInterface, publicMac } from "../../../src/hosts/hostNetwork";
import { sandboxIdentity } from "../../../src/identity";

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
