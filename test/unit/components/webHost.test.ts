import { answers } from "./support/answers";
import { clusterArgs, deployCluster, deployUsual, usualSettings } from "./support/cluster";
import type { Answers, Registered } from "./support/mockEngine";
import { find } from "./support/registered";

jest.setTimeout(60_000);

describe("WebHost", () => {
  let two: Registered[];
  beforeAll(async () => {
    two = await deployUsual();
  });

  it("keeps the web host's addresses over a replacement, which is delete-first", () => {
    const web = find(two, "hcloud:index/server:Server", "jitsi-web");
    expect(web.deleteBeforeReplace).toBe(true);
    expect(web.inputs.publicNets).toHaveLength(1);
    for (const name of ["jitsi-web-address-ipv4", "jitsi-web-address-ipv6"]) {
      const address = find(two, "hcloud:index/primaryIp:PrimaryIp", name);
      expect(address.inputs.autoDelete).toBe(false);
      expect(address.ignoreChanges).toEqual(["location"]);
    }
    const attachment = find(two, "hcloud:index/serverNetwork:ServerNetwork", "jitsi-web-network");
    expect(attachment.inputs.ip).toBe("10.80.0.2");
  });

  it("orders the web host where its addresses are, whatever the setting says later", async () => {
    const type = "hcloud:index/primaryIp:PrimaryIp";
    const inFalkenstein: Answers = {
      ...answers,
      [type]: (args) => {
        const address = answers[type]?.(args);
        return { id: address?.id ?? "", state: { ...address?.state, location: "fsn1" } };
      },
    };
    const args = clusterArgs(usualSettings, { location: "nbg1" });
    const { resources } = await deployCluster(args, inFalkenstein);
    const place = (name: string) =>
      find(resources, "hcloud:index/server:Server", name).inputs.location;
    expect([place("jitsi-web"), place("jitsi-jvb-0")]).toEqual(["fsn1", "nbg1"]);
  });

  it("lets the web host wait for no bridge", () => {
    const web = two.filter(({ name }) => name.startsWith("jitsi-web"));
    const waitsFor = web.flatMap(({ dependencies }) => dependencies);
    expect(waitsFor.filter((name) => name.includes("jitsi-jvb"))).toEqual([]);
  });

  it("protects the web host and its addresses, at Hetzner and in the engine, where that is asked for", async () => {
    const resources = await deployUsual({ protect: true });
    const atHetzner = resources.filter(({ inputs }) => inputs.deleteProtection === true);
    expect(atHetzner.map(({ name }) => name).sort()).toEqual([
      "jitsi-web",
      "jitsi-web-address-ipv4",
      "jitsi-web-address-ipv6",
    ]);
    expect(resources.filter(({ protect }) => protect)).toEqual(atHetzner);
  });
});
