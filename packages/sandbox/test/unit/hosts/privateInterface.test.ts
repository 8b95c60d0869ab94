import { privateInterfaceLines } from "../../../src/hosts/privateInterface";

describe("privateInterfaceLines", () => {
  const attachment = {
    networkId: 1,
    networkCidr: "10.0.0.0/16",
    ip: "10.0.1.2",
    gateway: "10.0.0.1",
    mac: "86:00:00:00:00:01",
  };

  it("gives the host a /32 address and routes everything through the gateway", () => {
    expect(privateInterfaceLines(attachment, "enp7s0", "dhclient")).toEqual([
      "link set enp7s0 mtu 1450 gso_max_segs 65535 up",
      "addr replace 10.0.1.2/32 dev enp7s0",
      "route replace 10.0.0.1/32 dev enp7s0 scope link src 10.0.1.2",
      "route replace 10.0.0.0/16 via 10.0.0.1 dev enp7s0 src 10.0.1.2",
    ]);
  });

  it("sets the MTU at the routes, as dhcpcd does", () => {
    expect(privateInterfaceLines(attachment, "enp7s0", "dhcpcd")).toEqual([
      "link set enp7s0 mtu 1500 gso_max_segs 65535 up",
      "addr replace 10.0.1.2/32 dev enp7s0",
      "route replace 10.0.0.1/32 dev enp7s0 scope link src 10.0.1.2 mtu 1450",
      "route replace 10.0.0.0/16 via 10.0.0.1 dev enp7s0 src 10.0.1.2 mtu 1450",
    ]);
  });

  it.each(["dhclient", "dhcpcd"] as const)(
    "knows no MTU where large packets vanish: %s",
    (client) => {
      const lines = privateInterfaceLines(attachment, "enp7s0", client, "large-packets");
      expect(lines[0]).toBe("link set enp7s0 mtu 1500 gso_max_segs 1 up");
      expect(lines.slice(1).join("\n")).not.toContain("mtu");
    },
  );
});
