import { deployUsual } from "./support/cluster";
import type { Registered } from "./support/mockEngine";
import { find } from "./support/registered";

jest.setTimeout(60_000);

describe("Host", () => {
  let two: Registered[];
  beforeAll(async () => {
    two = await deployUsual();
  });

  it("orders servers with labels, firewall and key from the start", () => {
    const { inputs } = find(two, "hcloud:index/server:Server", "jitsi-jvb-1");
    expect(inputs).toMatchObject({
      serverType: "cpx42",
      image: "debian-13",
      location: "fsn1",
      labels: { stack: "test", role: "jvb", index: "1" },
    });
    expect(inputs.name).toBeUndefined();
    expect(inputs.firewallIds).toHaveLength(1);
    expect(inputs.sshKeys).toHaveLength(1);
  });

  it("replaces a bridge beside the old one, with an address of the cloud's choice", () => {
    const bridge = find(two, "hcloud:index/server:Server", "jitsi-jvb-0");
    expect(bridge.deleteBeforeReplace).toBe(false);
    const attachment = find(two, "hcloud:index/serverNetwork:ServerNetwork", "jitsi-jvb-0-network");
    expect(attachment.inputs.ip).toBeUndefined();
    expect(attachment.deleteBeforeReplace).toBe(false);
  });

  it.each(["jitsi-web", "jitsi-jvb-0"])("never powers off or replaces %s by a setting", (name) => {
    expect(find(two, "hcloud:index/server:Server", name).ignoreChanges).toEqual([
      "serverType",
      "image",
      "userData",
      "sshKeys",
      "placementGroupId",
      "location",
    ]);
  });

  it("makes all servers at once: none waits for a step on another", () => {
    const servers = two.filter(({ type }) => type === "hcloud:index/server:Server");
    const waitsFor = servers.flatMap(({ dependencies }) => dependencies);
    expect(waitsFor.filter((name) => /Command|Server /.test(name))).toEqual([]);
  });
});
