import { parse } from "yaml";
import type { HostSpec } from "../../../../hcloud-simulator/src/driver";
import { seedFiles, seedFolder } from "../../../src/hosts/seed";

const validSpec = (changes: Partial<HostSpec> = {}): HostSpec => ({
  id: 42,
  name: "web",
  image: "debian-12",
  userData: "#cloud-config\n",
  sshKeys: ["ssh-ed25519 AAAA operator"],
  publicIpv4: "198.18.0.16",
  publicIpv6: "fd5a:6a68:0:1::1",
  networks: [],
  firewall: null,
  ...changes,
});

const fileOf = (spec: HostSpec, name: string): string =>
  seedFiles(spec, ["198.18.0.1", "fd5a:6a68::1"]).get(`${seedFolder}/${name}`) ?? "";

describe("seedFiles", () => {
  it("contains the host's name, its keys and a stable identity", () => {
    expect(parse(fileOf(validSpec(), "meta-data"))).toEqual({
      "instance-id": "42",
      "local-hostname": "web",
      "public-keys": ["ssh-ed25519 AAAA operator"],
    });
  });

  it("contains the user data unchanged", () => {
    const userData = "#!/bin/sh\necho 'a: b' \n";
    expect(fileOf(validSpec({ userData }), "user-data")).toBe(userData);
  });

  it("configures eth0 like Hetzner: single addresses, with gateways outside of their range", () => {
    expect(parse(fileOf(validSpec(), "network-config"))).toEqual({
      version: 2,
      ethernets: {
        eth0: {
          dhcp4: false,
          "accept-ra": false,
          addresses: ["198.18.0.16/32", "fd5a:6a68:0:1::1/64"],
          routes: [
            { to: "0.0.0.0/0", via: "172.31.1.1", "on-link": true },
            { to: "::/0", via: "fe80::1", "on-link": true },
          ],
          nameservers: { addresses: ["198.18.0.1", "fd5a:6a68::1"] },
        },
      },
    });
  });

  it("leaves out an address family that the host does not have, and eth0 when it has none", () => {
    const onlyIpv6 = parse(fileOf(validSpec({ publicIpv4: undefined }), "network-config")) as {
      ethernets: { eth0: { addresses: string[]; routes: { to: string }[] } };
    };
    expect(onlyIpv6.ethernets.eth0).toMatchObject({
      addresses: ["fd5a:6a68:0:1::1/64"],
      routes: [{ to: "::/0" }],
    });
    const none = validSpec({ publicIpv4: undefined, publicIpv6: undefined });
    expect(parse(fileOf(none, "network-config"))).toEqual({ version: 2, ethernets: {} });
  });
});
