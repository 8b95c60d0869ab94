import { deployUsual } from "./support/cluster";
import { namesOf } from "./support/registered";

jest.setTimeout(60_000);

describe("Dns", () => {
  it("makes no records where no zone is managed, but reverse names all the same", async () => {
    const resources = await deployUsual({ dnsZone: undefined });
    expect(namesOf(resources, "hcloud:index/zoneRrset:ZoneRrset")).toEqual([]);
    expect(namesOf(resources, "hcloud:index/rdns:Rdns")).toHaveLength(6);
  });

  it("sets reverse names after the network: until then the server is locked, and the provider does not try again", async () => {
    const resources = await deployUsual();
    for (const host of ["jitsi-web", "jitsi-jvb-0"]) {
      const isReverse = (one: { type: string; name: string }): boolean =>
        one.type.endsWith(":Rdns") && one.name.startsWith(`${host}-dns-`);
      const attachment = `hcloud:index/serverNetwork:ServerNetwork ${host}-network`;
      const waits = resources.filter(isReverse).map(({ dependencies }) => dependencies);
      expect(waits).toEqual([
        expect.arrayContaining([attachment]),
        expect.arrayContaining([attachment]),
      ]);
    }
  });
});
